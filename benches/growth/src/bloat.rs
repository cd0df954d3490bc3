//! What a million changes leave behind in the table and its indexes, with autovacuum as it comes.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use report::float;

use session_test_support::Postgres;

use crate::callers::{Run, run};
use crate::database::Database;
use crate::operation::Operation;
use crate::options::Options;

/// By how many callers.
const CALLERS: u64 = 64;

/// How the table stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    pub(crate) heap: f64,
    pub(crate) indexes: f64,
    pub(crate) updated: f64,
    /// Heap-only: no index was touched.
    pub(crate) hot: f64,
    pub(crate) dead: f64,
    pub(crate) vacuums: f64,
}

/// Before and after many of one operation.
#[derive(Clone, Debug)]
pub(crate) struct Bloat {
    pub(crate) operation: Operation,
    pub(crate) before: State,
    pub(crate) after: State,
    /// Once autovacuum has come, if it was to come.
    pub(crate) vacuumed: Option<State>,
    pub(crate) run: Run,
}

/// In tables of so many rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bloats {
    pub(crate) rows: u64,
    pub(crate) all: Vec<Bloat>,
}

pub(crate) async fn measure(options: &Options) -> Bloats {
    let server = Postgres::durable().await;
    let mut bloats = Bloats { rows: options.million / 10, ..Bloats::default() };
    for (operation, changes) in [
        (Operation::Touch, options.million),
        (Operation::Write, options.million),
        // Rarer by nature.
        (Operation::LogIn, options.million / 10),
    ] {
        let database = Database::new(&server).await;
        let store = database.store().await;
        let population = database.fill(&store, bloats.rows, 0).await;
        let before = state(&database).await;
        eprintln!("{changes} × {} on {} rows", operation.name(), bloats.rows);
        let left = AtomicI64::new(changes.cast_signed());
        let go_on = move || left.fetch_sub(1, Ordering::Relaxed) > 0;
        let run = run(&store, &population, operation, CALLERS, go_on).await;
        // What a server's process has to tell, it tells at its end at the latest.
        drop(store);
        let after = state(&database).await;
        let vacuumed = vacuumed(&database, bloats.rows, &after).await;
        let bloat = Bloat { operation, before, after, vacuumed, run };
        eprintln!("{bloat:?}");
        bloats.all.push(bloat);
    }
    bloats
}

/// How the table stands when autovacuum has been there: it comes where more than a fifth of the rows are dead, within a minute
/// or two.
async fn vacuumed(database: &Database<'_>, rows: u64, after: &State) -> Option<State> {
    if after.vacuums < 1.0 && after.dead < float(rows) / 5.0 + 50.0 {
        return None;
    }
    eprintln!("waiting for autovacuum");
    for _ in 0..90 {
        let state = state(database).await;
        if state.vacuums > 0.0 && state.dead < after.dead / 2.0 {
            return Some(state);
        }
    }
    None
}

async fn state(database: &Database<'_>) -> State {
    // Processes that have just lost their client take a moment to end.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let [heap, indexes, updated, hot, dead, vacuums] = database
        .numbers(
            "SELECT pg_table_size(relid)::float8, pg_indexes_size(relid)::float8, n_tup_upd::float8,
                 n_tup_hot_upd::float8, n_dead_tup::float8, autovacuum_count::float8
             FROM pg_stat_user_tables WHERE relname = 'sessions'",
        )
        .await;
    State { heap, indexes, updated, hot, dead, vacuums }
}
