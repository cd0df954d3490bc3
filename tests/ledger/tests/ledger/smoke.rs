//! Short runs on sound stores: nothing is found.

use session_ledger::faults::Fault;
use session_ledger::report::{Results, table};
use session_ledger::run::run;
use session_ledger::stores::Kind;

use super::plan;

fn assert_sound(results: &Results) {
    println!("{}\n{}", table::HEAD, table::line(results));
    assert!(results.violations.is_empty(), "{:#?}\n{}", results.violations, results.log);
    assert!(results.acknowledged > 200, "people were served");
    assert!(results.unanswered > 0, "some hung up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_in_memory() {
    assert_sound(&run(&plan(Kind::Memory, Fault::None, 4)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_nodes_that_are_killed_on_sqlite() {
    assert_sound(&run(&plan(Kind::Sqlite, Fault::NodeKill, 6)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_postgres_that_is_killed() {
    let results = run(&plan(Kind::Postgres, Fault::Kill, 12)).await;
    assert_sound(&results);
    assert!(results.unavailable > 0, "the fault was felt");
    assert!(results.recovery.is_some(), "all served again");
}
