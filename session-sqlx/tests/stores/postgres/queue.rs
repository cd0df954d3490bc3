//! The queue: how many calls wait, for how long, and what a slow one holds back.

use std::time::{Duration, Instant};

use session_core::store::{Record, Updated};
use session_core::{Now, Store as _, StoreError};
use session_sqlx::{PostgresBuilder, PostgresStore};
use session_test_support::resilience::{STALL, outlives_its_runtime};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::fixtures::{
    Database, handle, insert, is_unchanged, loaded, patient, store, stored, update_of, updated,
    with,
};

/// Of a store that is to run out of time: enough for what nobody holds up.
const DEADLINE: Duration = Duration::from_secs(4);

/// Another connection, which holds every row until it is told to let go.
async fn hold(database: &Database) -> PgConnection {
    let mut other = database.connect().await;
    other.execute("BEGIN; LOCK TABLE sessions IN SHARE MODE").await.expect("the server is up");
    other
}

async fn let_go(mut other: PgConnection) {
    other.execute("ROLLBACK").await.expect("the server is up");
    other.close().await.expect("the server is up");
}

/// An update that is on its way.
fn write(store: &PostgresStore, record: &Record) -> JoinHandle<Updated> {
    let (store, update) = (store.clone(), update_of(record));
    tokio::spawn(async move { updated(&store, update).await })
}

fn one_worker() -> PostgresBuilder {
    patient().workers(1)
}

#[tokio::test]
async fn a_full_queue_refuses_a_call_at_once() {
    let (store, database) = store(one_worker().queue(2)).await;
    let record = stored(&store, insert()).await;
    let other = hold(&database).await;
    let writing = write(&store, &record);
    database.until_blocked(1).await;
    let behind = [(); 2].map(|()| {
        let (store, handle) = (store.clone(), record.handle);
        tokio::spawn(async move { loaded(&store, handle).await })
    });
    // On the one thread of this test, they come as far as they can.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let refused = store.load(record.handle, Now::Store).await.expect_err("two wait already");
    assert!(matches!(refused, StoreError::Overloaded(2)), "{refused:?}");
    assert!(!writing.is_finished(), "it waited for nobody");
    let_go(other).await;
    assert!(matches!(writing.await, Ok(Updated::Saved(_))));
    for load in behind {
        assert!(load.await.expect("it was only late").is_some());
    }
}

#[tokio::test]
async fn an_abandoned_call_is_not_run() {
    let (store, database) = store(one_worker()).await;
    let record = stored(&store, insert()).await;
    let other = hold(&database).await;
    let writing = write(&store, &record);
    database.until_blocked(1).await;
    let left = timeout(Duration::from_millis(50), store.insert(insert(), Now::Store)).await;
    left.expect_err("it waits behind the other");
    let_go(other).await;
    assert!(matches!(writing.await, Ok(Updated::Saved(_))));
    loaded(&store, record.handle).await.expect("the worker has come this far");
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn a_statement_in_flight_is_finished_although_its_caller_has_left() {
    let (store, database) = store(one_worker()).await;
    let record = stored(&store, insert()).await;
    let other = hold(&database).await;
    let update =
        store.update(with(update_of(&record), |update| update.fields = vec![9].into()), Now::Store);
    let mut update = Box::pin(update);
    tokio::select! {
        _ = &mut update => panic!("it waits"),
        () = database.until_blocked(1) => {}
    }
    drop(update);
    let_go(other).await;
    let after = loaded(&store, record.handle).await.expect("it is there");
    assert_eq!((after.revision, after.fields), (2, vec![9].into()));
}

/// The server gives the statement up before the deadline, so that neither the lock nor the
/// waiting costs the connection.
#[tokio::test]
async fn a_locked_row_costs_a_call_and_no_connection() {
    // The server gives up a tenth earlier than the worker.
    let deadline = Duration::from_secs(10);
    let (store, database) = store(one_worker().deadline(deadline)).await;
    let record = stored(&store, insert()).await;
    let backend = "SELECT sum(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'session-sqlx'";
    // Those that connected and migrated have left.
    database.until(&backend.replace("sum(pid)", "count(*)"), 1).await;
    let before = database.number(backend).await;
    let other = hold(&database).await;
    let began = Instant::now();
    let error = store.update(update_of(&record), Now::Store).await.expect_err("it is locked");
    assert!(matches!(error, StoreError::Deadline(_)), "{error:?}");
    assert!(began.elapsed() < deadline + STALL, "it did not wait for the lock");
    let_go(other).await;
    let _ = updated(&store, update_of(&record)).await;
    assert_eq!(database.number(backend).await, before, "one server process did it all");
    let after = loaded(&store, record.handle).await.expect("it is there");
    assert_eq!(after.revision, 2, "what was given up did not happen");
}

/// Where the server cannot be told of the deadline, the worker leaves the connection instead.
#[tokio::test]
async fn a_statement_that_hangs_costs_its_worker_one_deadline() {
    let (store, database) = store(one_worker().session_pooler().deadline(DEADLINE)).await;
    let record = stored(&store, insert()).await;
    let other = hold(&database).await;
    let error = store.update(update_of(&record), Now::Store).await.expect_err("it is locked");
    assert!(matches!(error, StoreError::Deadline(_)), "{error:?}");
    assert!(is_unchanged(&store, &record).await, "a load needs no such lock");
    let_go(other).await;
}

/// A batch with a row that is locked from outside, and what comes after it.
#[tokio::test]
async fn a_slow_batch_does_not_hold_back_the_next_one() {
    let (store, database) = store(patient().workers(3)).await;
    let mut records = Vec::new();
    for _ in 0..10 {
        records.push(stored(&store, insert()).await);
    }
    let later = records.pop().expect("there are ten");
    let mut other = database.connect().await;
    let lock =
        format!("BEGIN; SELECT FROM sessions WHERE handle = '{}' FOR UPDATE", records[4].handle);
    other.execute(sqlx::AssertSqlSafe(lock)).await.expect("nobody has it");
    let stuck: Vec<_> = records.iter().map(|record| write(&store, record)).collect();
    database.until_blocked(1).await;
    assert!(matches!(updated(&store, update_of(&later)).await, Updated::Saved(_)));
    assert!(stuck.iter().all(|write| !write.is_finished()), "they went as one batch");
    let_go(other).await;
    for write in stuck {
        assert!(matches!(write.await, Ok(Updated::Saved(_))));
    }
}

#[tokio::test]
async fn a_read_does_not_wait_for_writes_however_many_are_stuck() {
    let (store, database) = store(patient().workers(3)).await;
    let record = stored(&store, insert()).await;
    let other = hold(&database).await;
    let mut stuck = Vec::new();
    for number in 1..=2 {
        stuck.push(write(&store, &with(record.clone(), |record| record.handle = handle())));
        database.until_blocked(number).await;
    }
    stuck.push(write(&store, &with(record.clone(), |record| record.handle = handle())));
    tokio::task::yield_now().await;
    assert!(loaded(&store, record.handle).await.is_some());
    assert!(stuck.iter().all(|write| !write.is_finished()), "the lock holds them all");
    let_go(other).await;
    for write in stuck {
        assert_eq!(write.await.expect("it was only late"), Updated::Gone);
    }
}

#[tokio::test]
async fn the_connections_are_as_many_as_the_workers_and_end_with_the_store() {
    let count = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'session-sqlx'";
    let (store, database) = store(patient().workers(3)).await;
    database.until(count, 0).await;
    let clone = store.clone();
    let loads = (0..20).map(|_| loaded(&clone, handle()));
    for load in loads {
        load.await;
    }
    database.until(count, 3).await;
    drop(store);
    loaded(&clone, handle()).await;
    drop(clone);
    database.until(count, 0).await;
}

#[test]
fn a_store_outlives_the_runtime_that_it_was_first_used_in() {
    outlives_its_runtime(async { store(one_worker()).await.0 });
}
