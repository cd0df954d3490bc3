//! A worker that panics: another one takes its place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use session_core::store::Updated;
use session_core::{Now, Store as _};
use session_test_support::Postgres;
use session_test_support::resilience::all_fail_in_time;
use tokio::time::timeout;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::fixtures::{
    Database, handle, insert, loaded, migrated, patient, stored, update_of, updated,
};

const DEADLINE: Duration = Duration::from_secs(3);

/// A log that panics at the first warning, which is that the server cannot be reached.
#[derive(Clone, Default)]
struct FragileLog(Arc<Seen>);

#[derive(Default)]
struct Seen {
    warning: AtomicBool,
    error: AtomicBool,
}

impl Subscriber for FragileLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if *event.metadata().level() == Level::ERROR {
            self.0.error.store(event.metadata().target() == "session", Ordering::Relaxed);
        } else {
            assert!(self.0.warning.swap(true, Ordering::Relaxed), "so the test says");
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_worker_that_panicked_is_replaced() {
    let server = Postgres::start().await;
    let database = Database(server.database().await);
    let store = migrated(patient().workers(2).deadline(DEADLINE), &database.0).await;
    let record = stored(&store, insert()).await;
    let log = FragileLog::default();
    let guard = tracing::subscriber::set_default(log.clone());
    server.kill();
    all_fail_in_time(&store, DEADLINE).await;
    drop(guard);
    assert!(log.0.error.load(Ordering::Relaxed), "the panic is logged");
    server.restart().await;
    timeout(Duration::from_secs(30), async {
        while store.load(handle(), Now::Store).await.is_err() {}
    })
    .await
    .expect("it is reached again");

    // One worker waits for the row. Without the other nothing could be read.
    let mut other = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE sessions IN SHARE MODE").execute(&mut other).await.unwrap();
    let write = tokio::spawn({
        let (store, update) = (store.clone(), update_of(&record));
        async move { updated(&store, update).await }
    });
    database.until_blocked(1).await;
    assert!(loaded(&store, record.handle).await.is_some());
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    assert!(matches!(write.await, Ok(Updated::Saved(_))));
}
