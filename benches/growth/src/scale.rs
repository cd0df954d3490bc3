//! What an operation costs in tables of three sizes.

use std::time::{Duration, Instant};

use session_core::store::Swept;
use session_core::{Now, Store};
use session_sqlx::PostgresStore;
use session_test_support::Postgres;

use crate::callers::{Run, run_for};
use crate::database::{Asked, Database};
use crate::operation::Operation;
use crate::options::Options;
use crate::population::Population;
use crate::sizes::{self, Sizes};
use crate::turns::{Sample, Samples, Way, compare};

/// By how many callers.
pub(crate) const CALLERS: [u64; 2] = [1, 64];

/// New sessions come last, and go before the next round.
pub(crate) const OPERATIONS: [Operation; 5] =
    [Operation::Read, Operation::Write, Operation::List, Operation::LogIn, Operation::LogInFresh];

/// Enough for all of the largest table.
pub(crate) const ROOMY: &str = "8GB";

/// How long it is read before: each of the server's processes maps what it touches for the first time, which takes longer
/// than to read it.
const SETTLE: Duration = Duration::from_secs(30);

/// What is asked there.
const ROOMY_LOADS: [(Operation, u64); 4] =
    [(Operation::Read, 1), (Operation::Read, 64), (Operation::Write, 1), (Operation::Write, 64)];

/// How many sessions expire for a sweep to find, and how many it takes at once, as the library's own cleaner does.
const EXPIRE: u64 = 3000;
const BATCH: u32 = 1000;

/// What was measured of the tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scale {
    pub(crate) rows: Vec<u64>,
    pub(crate) samples: Samples,
    /// Of the smallest and the largest, in a server whose memory holds both; none if it could not be filled.
    pub(crate) roomy: Samples,
    pub(crate) sizes: Vec<Sizes>,
    pub(crate) settings: Vec<(String, String)>,
}

pub(crate) async fn measure(options: &Options) -> Scale {
    let server = Postgres::durable().await;
    let mut ways = Vec::new();
    let mut scale = Scale { rows: options.sizes.to_vec(), ..Scale::default() };
    for rows in options.sizes {
        let database = Database::new(&server).await;
        let store = database.store().await;
        let population = database.fill(&store, rows, 0).await;
        scale.sizes.push(sizes::of(&database).await);
        let name = format!("{} rows", sizes::words(rows));
        ways.push(Way { name, store, population, database: Some(database) });
    }
    scale.settings = settings(ways.first()).await;
    scale.samples = Samples::of(&ways);
    for round in 0..options.rounds {
        for turn in 0..ways.len() {
            let number = (turn + round) % ways.len();
            let way = &ways[number];
            let mut add = |operation, callers, (run, asked)| {
                let sample = Sample { way: number, operation, callers, round, run, asked };
                scale.samples.add(sample);
            };
            add(Operation::Clean, 1, clean(way, round as u64).await);
            for operation in OPERATIONS {
                for callers in CALLERS {
                    add(operation, callers, way.run(operation, callers, options.long).await);
                }
            }
            remove_new(way).await;
        }
    }
    let largest = ways.pop().expect("there are several");
    ways.truncate(1);
    ways.push(largest);
    if make_room(&server, &ways).await {
        scale.roomy = compare(&ways, &ROOMY_LOADS, options).await;
    }
    scale
}

/// Starts the server anew with more memory, and has it take in all of the tables.
async fn make_room(server: &Postgres, ways: &[Way<'_, PostgresStore>]) -> bool {
    let databases = || ways.iter().filter_map(|way| way.database.as_ref());
    for database in databases() {
        if !database.extend("pg_prewarm").await {
            return false;
        }
        let setting = format!("ALTER SYSTEM SET shared_buffers = '{ROOMY}'");
        database.run_all(&["CHECKPOINT", &setting]).await;
    }
    server.restart().await;
    for database in databases() {
        eprintln!("taking all of it into a memory of {ROOMY}");
        let indexes = "SELECT count(pg_prewarm(indexrelid)) FROM pg_index WHERE indrelid = 'sessions'::regclass";
        database.run_all(&["SELECT pg_prewarm('sessions')", indexes]).await;
    }
    let largest = ways.last().expect("there are two");
    run_for(&largest.store, &largest.population, Operation::Read, 64, SETTLE).await;
    true
}

/// What the server goes by, as far as it matters here.
async fn settings(way: Option<&Way<'_, PostgresStore>>) -> Vec<(String, String)> {
    let Some(database) = way.and_then(|way| way.database.as_ref()) else { return Vec::new() };
    let mut settings = Vec::new();
    for name in [
        "shared_buffers",
        "max_wal_size",
        "checkpoint_timeout",
        "wal_segment_size",
        "fsync",
        "full_page_writes",
        "synchronous_commit",
        "wal_compression",
        "autovacuum",
    ] {
        settings.push((name.to_owned(), database.text(&format!("SHOW {name}")).await));
    }
    settings
}

/// Has some sessions expire all over the table, removes them by sweeps, and puts them back.
async fn clean(way: &Way<'_, PostgresStore>, round: u64) -> (Run, Asked) {
    let database = way.database.as_ref().expect("it is in PostgreSQL");
    let population = &way.population;
    let step = population.rows / EXPIRE;
    let first = round % step;
    let expired: Vec<u64> =
        (first..population.rows).step_by(usize::try_from(step).expect("it is small")).collect();
    expire(database, population, &expired).await;
    let meter = database.meter().await;
    let (mut latencies, mut removed): (Vec<Duration>, u64) = (Vec::new(), 0);
    loop {
        let asked = Instant::now();
        let swept = way.store.sweep(BATCH, Now::Store).await.expect("the store works");
        match swept {
            Swept::Some(number) => removed += number,
            _ => break,
        }
        latencies.push(asked.elapsed());
    }
    let asked = meter.read("sweep_at").await;
    let whole = latencies.iter().sum();
    assert!(removed >= EXPIRE / 2, "only {removed} of {} were swept", expired.len());
    database.insert(population, first, step).await;
    for n in expired {
        population.renew(n);
    }
    (Run::new(latencies, removed, whole), asked)
}

async fn expire(database: &Database<'_>, population: &Population, expired: &[u64]) {
    let handles: Vec<String> = expired.iter().map(|&n| population.handle(n).to_string()).collect();
    let sql =
        "UPDATE sessions SET expires = now(), sweep_at = now() WHERE handle = ANY ($1::uuid[])";
    let done = sqlx::query(sql).bind(handles).execute(&mut database.connect().await).await;
    let changed = done.expect("the table is there").rows_affected();
    assert_eq!(changed, expired.len() as u64, "all of them are there");
}

/// Removes the sessions that have begun in this round; where they are many beside the others, so that no trace is left.
async fn remove_new(way: &Way<'_, PostgresStore>) {
    let database = way.database.as_ref().expect("it is in PostgreSQL");
    let end = way.population.end();
    database.run(&format!("DELETE FROM sessions WHERE handle >= '{end}'")).await;
    if way.population.rows <= 1_000_000 {
        database.run("VACUUM sessions").await;
    }
}
