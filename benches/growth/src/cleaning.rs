//! The removal of a million expired sessions from under callers who use the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use session_core::store::Swept;
use session_core::{Now, Store};
use session_sqlx::PostgresStore;

use session_test_support::Postgres;

use crate::callers::{Run, run};
use crate::database::{Asked, Database};
use crate::operation::Operation;
use crate::options::Options;
use crate::population::Population;

/// How many sessions one statement removes, as the library's own cleaner has it.
pub(crate) const BATCH: u32 = 1000;

/// How many callers read, and how many write.
const CALLERS: u64 = 8;

/// How long the callers are measured before and after.
const BESIDE: Duration = Duration::from_secs(10);

/// What was measured.
#[derive(Clone, Debug)]
pub(crate) struct Cleaning {
    /// Before it, beside it, after it: those who read and those who write.
    pub(crate) runs: [[Run; 2]; 3],
    pub(crate) removed: u64,
    pub(crate) seconds: f64,
    /// What the sweeps cost the server.
    pub(crate) swept: Asked,
    /// How often somebody was seen to wait for a lock, of how many looks, and the longest wait in milliseconds.
    pub(crate) waits: (u64, u64),
    pub(crate) longest_wait: f64,
}

pub(crate) async fn measure(options: &Options) -> Cleaning {
    let server = Postgres::durable().await;
    let database = Database::new(&server).await;
    let store = database.store().await;
    let population = database.fill(&store, options.million * 2, 2).await;
    eprintln!("callers without a sweep");
    let before = serve_for(&store, &population).await;
    eprintln!("removing {} expired sessions beside them", options.million);
    let (sweeping, watching) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(true)));
    let meter = database.meter().await;
    let (go_on, watched) = (Arc::clone(&sweeping), Arc::clone(&watching));
    let beside = serve(&store, &population, move || go_on.load(Ordering::Relaxed));
    let sweep = async {
        let swept = sweep(&store).await;
        sweeping.store(false, Ordering::Relaxed);
        watching.store(false, Ordering::Relaxed);
        swept
    };
    let (beside, (removed, seconds), (seen, looks, longest_wait)) =
        tokio::join!(beside, sweep, watch(&database, &watched));
    let swept = meter.read("pg_try_advisory_xact_lock").await;
    eprintln!("callers after it");
    let after = serve_for(&store, &population).await;
    let cleaning = Cleaning {
        runs: [before, beside, after],
        removed,
        seconds,
        swept,
        waits: (seen, looks),
        longest_wait,
    };
    eprintln!("{cleaning:?}");
    cleaning
}

async fn sweep(store: &PostgresStore) -> (u64, f64) {
    let begun = Instant::now();
    let mut removed = 0;
    loop {
        match store.sweep(BATCH, Now::Store).await.expect("the store works") {
            Swept::Some(more) => removed += more,
            Swept::All(last) => return (removed + last, begun.elapsed().as_secs_f64()),
            _ => {}
        }
    }
}

async fn serve_for(store: &PostgresStore, population: &Arc<Population>) -> [Run; 2] {
    let end = Instant::now() + BESIDE;
    serve(store, population, move || Instant::now() < end).await
}

async fn serve(
    store: &PostgresStore,
    population: &Arc<Population>,
    go_on: impl Fn() -> bool + Clone + Send + Sync + 'static,
) -> [Run; 2] {
    let (read, write) = tokio::join!(
        run(store, population, Operation::Read, CALLERS, go_on.clone()),
        run(store, population, Operation::Write, CALLERS, go_on),
    );
    [read, write]
}

/// Looks at the locks again and again: how often somebody waited, of how many looks, and the longest in milliseconds.
async fn watch(database: &Database<'_>, go_on: &AtomicBool) -> (u64, u64, f64) {
    let mut connection = database.connect().await;
    let (mut seen, mut looks, mut longest) = (0, 0, 0.0_f64);
    while go_on.load(Ordering::Relaxed) {
        let wait = sqlx::query_scalar::<_, Option<f64>>(
            "SELECT max(extract(epoch FROM clock_timestamp() - waitstart) * 1000)::float8
             FROM pg_locks WHERE NOT granted",
        );
        let wait = wait.fetch_one(&mut connection).await.expect("the server is up");
        looks += 1;
        if let Some(wait) = wait {
            seen += 1;
            longest = longest.max(wait);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (seen, looks, longest)
}
