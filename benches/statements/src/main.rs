//! Counts the instructions that each operation of a store costs PostgreSQL, with and without the triggers of its table.
//!
//! `benches/run.sh statements` puts a `postgres` into the `PATH` that runs under callgrind, and this program after it; the server
//! writes a count for each of its processes. A store with one worker is one process of the server. It does an operation a few
//! times, and another store does it many times: the difference is divided, so that what happens once drops out. What the
//! kernel does (the network, the disk) is not counted.

mod counts;
mod database;
mod operation;

use counts::Counts;
use database::{run, store};
use operation::Operation;
use session_test_support::Postgres;

/// Disabled ones would still cost something.
const WITHOUT: &str = "
    DROP TRIGGER session_ending_deleted ON sessions;
    DROP TRIGGER session_ending_truncated ON sessions;
    DROP TRIGGER session_ending_passed_on ON sessions;
    DROP TRIGGER session_ending_remembered ON sessions";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut args = std::env::args().skip(1);
    let counts = Counts(args.next().expect("run.sh names a directory").into());
    let wanted = args.next().unwrap_or_default();
    let server = Postgres::start().await;
    let (with, without) = (server.database().await, server.database().await);
    for url in [&with, &without] {
        store(url).await.migrate().await.expect("the database is empty");
    }
    for url in [&with, &without] {
        run(url, "ALTER TABLE sessions SET (autovacuum_enabled = off)").await;
    }
    run(&without, WITHOUT).await;
    println!("| operation | without triggers | with them | more |\n| --- | ---: | ---: | ---: |");
    for operation in Operation::ALL.into_iter().filter(|it| it.name().contains(&wanted)) {
        let before = counts.each(&without, operation).await;
        let after = counts.each(&with, operation).await;
        let more = (after / before - 1.0) * 100.0;
        println!("| {} | {before:.0} | {after:.0} | {more:+.1} % |", operation.name());
    }
}
