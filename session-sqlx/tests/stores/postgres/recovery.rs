//! Servers that freeze, die and are cut off; the application is not restarted.

use std::time::Duration;

use session_core::store::Updated;
use session_core::{Now, Store as _, StoreError};
use session_sqlx::{ConnectError, PostgresStore, Unreachable};
use session_test_support::resilience::{all_fail_in_time, loads_outlive_connections, recovered};
use session_test_support::{Postgres, Proxy};
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::fixtures::{
    Database, handle, insert, is_unchanged, loaded, migrated, patient, stored, update_of, updated,
};

const DEADLINE: Duration = Duration::from_secs(3);

async fn store(url: &str) -> PostgresStore {
    migrated(patient().workers(4).deadline(DEADLINE), url).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_freeze_everything_works_again() {
    let server = Postgres::start().await;
    let store = store(&server.database().await).await;
    let record = stored(&store, insert()).await;
    server.freeze();
    for _ in 0..2 {
        all_fail_in_time(&store, DEADLINE).await;
    }
    server.thaw();
    recovered(&store, &record, "a freeze").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_and_a_restart_what_was_acknowledged_is_there() {
    let server = Postgres::start().await;
    let store = store(&server.database().await).await;
    let record = stored(&store, insert()).await;
    server.kill();
    for _ in 0..2 {
        all_fail_in_time(&store, DEADLINE).await;
    }
    let error = store.load(handle(), Now::Store).await.expect_err("nobody is there");
    let StoreError::Failed(cause) = &error else { panic!("{error:?}") };
    assert!(cause.downcast_ref::<Unreachable>().is_some(), "the cause is told: {cause:?}");
    server.restart().await;
    recovered(&store, &record, "a restart").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_black_hole_everything_works_again() {
    let server = Postgres::start().await;
    let proxy = Proxy::before(server.address()).await;
    let store = store(&proxy.url(&server.database().await)).await;
    let record = stored(&store, insert()).await;
    proxy.black_hole().await;
    for _ in 0..2 {
        all_fail_in_time(&store, DEADLINE).await;
    }
    proxy.heal().await;
    recovered(&store, &record, "a black hole").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_is_not_lost_to_a_broken_connection() {
    let server = Postgres::start().await;
    let proxy = Proxy::before(server.address()).await;
    let database = Database(server.database().await);
    let store = store(&proxy.url(&database.0)).await;
    let record = stored(&store, insert()).await;
    loads_outlive_connections(&store, &proxy, &record, async || terminate(&database).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_not_lost_to_a_connection_that_broke_while_it_lay_idle() {
    let server = Postgres::start().await;
    let database = Database(server.database().await);
    let store = store(&database.0).await;
    for _ in 0..8 {
        stored(&store, insert()).await;
    }
    terminate(&database).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    for _ in 0..8 {
        stored(&store, insert()).await;
    }
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 16);
}

/// The server says why it ends a connection, and that was read only after the write had been sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_not_lost_to_a_connection_that_the_server_has_just_ended() {
    let database = Database(Postgres::shared().await.database().await);
    let store = store(&database.0).await;
    for round in 1..=20 {
        for _ in 0..8 {
            stored(&store, insert()).await;
        }
        terminate(&database).await;
        let mut writes = JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            writes.spawn(async move { stored(&store, insert()).await });
        }
        writes.join_all().await;
        assert_eq!(database.number("SELECT count(*) FROM sessions").await, 16 * round);
    }
}

#[tokio::test]
async fn a_write_is_not_lost_to_an_idle_time_limit_of_the_server() {
    let database = Database(Postgres::shared().await.database().await);
    let store = store(&database.0).await;
    stored(&store, insert()).await;
    let sql = "DO $$ BEGIN EXECUTE
        format('ALTER DATABASE %I SET idle_session_timeout = 300', current_database()); END $$";
    database.execute(sql).await;
    // The new ones have the limit.
    terminate(&database).await;
    for pause in (0..20).map(|number| Duration::from_millis(290 + number)) {
        stored(&store, insert()).await;
        tokio::time::sleep(pause).await;
    }
}

/// Ended in the middle of their work, transactions are undone or done, and the store knows which.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_connection_is_ended_meanwhile_happens_once() {
    let database = Database(Postgres::shared().await.database().await);
    let store = store(&database.0).await;
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        callers.spawn(async move {
            for _ in 0..40 {
                // Done twice, an insert finds its own record and an update a conflict.
                let mut record = stored(&store, insert()).await;
                for _ in 0..4 {
                    let answer = updated(&store, update_of(&record)).await;
                    assert!(matches!(answer, Updated::Saved(_)), "{answer:?}");
                    record.revision += 1;
                }
            }
        });
    }
    let killer = tokio::spawn(async move {
        loop {
            terminate(&database).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    callers.join_all().await;
    killer.abort();
}

/// It is committed where it was written, and waits for a standby that never comes.
#[tokio::test]
async fn a_write_that_was_committed_when_its_connection_ended_is_not_repeated() {
    let server = Postgres::start().await;
    let database = Database(server.database().await);
    let store = store(&database.0).await;
    server.set("synchronous_standby_names", "nobody").await;
    let insert = insert();
    let handle = insert.handle;
    let writer = store.clone();
    let write = tokio::spawn(async move { writer.insert(insert, Now::Store).await });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    database.until(waiting, 1).await;
    terminate(&database).await;
    write.await.expect("no panic").expect_err("nobody knows whether it was done");
    assert!(loaded(&store, handle).await.is_some());
}

#[tokio::test]
async fn connecting_to_a_silent_server_fails() {
    let proxy = Proxy::before(Postgres::shared().await.address()).await;
    proxy.black_hole().await;
    let url = format!("postgres://postgres@{}/postgres", proxy.address());
    let connect = timeout(6 * DEADLINE, PostgresStore::connect(&url));
    let error = connect.await.expect("it is given up").expect_err("nobody answers");
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
}

/// A schema change by a newer version makes a prepared statement void.
#[tokio::test]
async fn a_statement_prepared_before_the_table_changed_is_prepared_again() {
    let server = Postgres::shared().await;
    let database = Database(server.database().await);
    let store = store(&database.0).await;
    let record = stored(&store, insert()).await;
    for _ in 0..8 {
        assert!(loaded(&store, record.handle).await.is_some());
    }
    database.execute("ALTER TABLE sessions ALTER COLUMN label TYPE varchar").await;
    for _ in 0..8 {
        assert!(is_unchanged(&store, &record).await);
    }
    let _ = updated(&store, update_of(&record)).await;
}

/// Ends the server's side of every connection of the store.
async fn terminate(database: &Database) {
    let sql = "SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'session-sqlx'";
    let query = sqlx::query_scalar(AssertSqlSafe(sql));
    let ended: i64 = query.fetch_one(&mut database.connect().await).await.expect("we may");
    assert!(ended > 0, "the store has connections");
}
