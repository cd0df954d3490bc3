//! `Store::health`: an error where a session can be neither read nor written, and warnings.

use std::time::Duration;

use session_core::{Now, Store as _};
use session_sqlx::{MissingRight, NotMigrated, NotPrimary, PostgresStore};
use session_test_support::{PgBouncer, PoolMode, Postgres, Warnings};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tokio::task::JoinSet;
use tracing::Level;

use super::fixtures::{Database, error_chain, handle, insert, migrated, patient, store, stored};

/// The warnings of a store that can be used.
async fn warnings(store: &PostgresStore) -> Vec<String> {
    store.health().await.expect("it can be used").warnings().to_vec()
}

/// Waits until there is a warning, and until there is none any more.
async fn until_warned(store: &PostgresStore, is_warned: bool) -> Vec<String> {
    loop {
        let warnings = warnings(store).await;
        if warnings.is_empty() != is_warned {
            return warnings;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Has a pooler open so many connections of its pool. It opens one after the other, and a store counts those that come
/// without a long pause.
async fn fill_pool(url: &str, connections: usize) {
    let options: PgConnectOptions = url.parse().expect("the URL is right");
    // Not every pooler knows the option.
    let options = options.extra_float_digits(None);
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut client = options.connect().await.expect("the pooler is up");
        client.execute("BEGIN").await.expect("the pool has another");
        clients.push(client);
    }
    for mut client in clients {
        client.execute("ROLLBACK").await.expect("the pooler is up");
        client.close().await.expect("the pooler is up");
    }
}

#[tokio::test]
async fn a_store_in_order_says_so_and_changes_nothing() {
    let (store, database) = store(patient()).await;
    stored(&store, insert()).await;
    let rows = "SELECT sum(xmin::text::bigint)::bigint FROM sessions";
    let before = database.number(rows).await;
    assert_eq!(warnings(&store).await, [""; 0]);
    assert_eq!(database.number(rows).await, before);
}

#[tokio::test]
async fn a_store_that_cannot_be_used_says_why() {
    let server = Postgres::start().await;
    let database = Database(server.database().await);
    let store = PostgresStore::builder().connect(&database.0).await.expect("the server is up");
    let source = |error: session_core::StoreError| match error {
        session_core::StoreError::Failed(cause) => cause,
        error => panic!("{error:?}"),
    };
    let error = source(store.health().await.expect_err("there is no table"));
    assert!(error.downcast_ref::<NotMigrated>().is_some(), "{error:?}");
    store.migrate().await.expect("nothing stands in the way");
    assert_eq!(warnings(&store).await, [""; 0]);

    database.execute("CREATE ROLE reader LOGIN; GRANT SELECT ON sessions TO reader").await;
    let reader = database.0.replace("postgres@", "reader@");
    let reader = PostgresStore::connect(&reader).await.expect("the server is up");
    let error = source(reader.health().await.expect_err("it may not write"));
    assert!(error.downcast_ref::<MissingRight>().is_some(), "{error:?}");

    server.demote().await;
    let error = loop {
        let error = source(store.health().await.expect_err("the server is a standby"));
        if let Some(error) = error.downcast_ref::<NotPrimary>() {
            break error.clone();
        }
    };
    assert!(error.is_standby());
    server.kill();
    let error = error_chain(&store.health().await.expect_err("there is no server"));
    assert!(error.contains("refused"), "{error}");
}

#[tokio::test]
async fn missing_connections_are_named_with_the_reason_until_they_are_there() {
    let server = Postgres::start().await;
    let database = Database(server.database().await);
    migrated(patient(), &database.0).await;
    database
        .execute(
            "CREATE ROLE limited LOGIN CONNECTION LIMIT 3; GRANT ALL ON sessions TO limited;
             GRANT SELECT ON sessions_versions TO limited",
        )
        .await;
    let said = Warnings::capture_with(Level::INFO);
    let limited = database.0.replace("postgres@", "limited@");
    let store = patient().connect(&limited).await.expect("the server is up");
    let mut words = until_warned(&store, true).await.join("; ");
    // The first refusal may come before the last of the three is open, and the log waits until all have tried.
    while !words.contains("3 of 8 connections are open") || said.said().is_empty() {
        words = until_warned(&store, true).await.join("; ");
    }
    assert!(words.contains("too many connections for role"), "{words}");
    let logged = said.take();
    let last = logged.last().expect("it is said");
    assert!(last.contains("of 8") && last.contains("too many"), "{logged:#?}");
    // It works with those, and repeats itself neither here nor in the log.
    let mut loads = JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        loads.spawn(async move { store.load(handle(), Now::Store).await.expect("it works") });
    }
    loads.join_all().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let logged = said.take();
    assert!(logged.len() <= 1, "at most that the third has come: {logged:#?}");

    database.execute("ALTER ROLE limited CONNECTION LIMIT -1").await;
    until_warned(&store, false).await;
    let logged = said.take();
    let (all_clear, others) = logged.split_last().expect("it is said");
    assert!(all_clear.contains("lets all connections in again"), "{logged:#?}");
    assert!(others.len() <= 4, "one for each that came: {logged:#?}");
}

#[tokio::test]
async fn a_pool_that_is_smaller_than_the_number_of_workers_is_named() {
    let server = Postgres::shared().await;
    for mode in [PoolMode::Transaction, PoolMode::PreparedStatements] {
        let pooler = PgBouncer::start(server, mode, 3, "").await;
        let builder = || match mode {
            PoolMode::Transaction => patient().transaction_pooler(),
            _ => patient().pooler_with_prepared_statements(),
        };
        let url = pooler.url(&server.database().await);
        fill_pool(&url, 3).await;
        let said = Warnings::capture();
        let store = migrated(builder(), &url).await;
        let logged = said.take();
        assert!(logged.len() == 1 && logged[0].contains("3 connections"), "{logged:#?}");
        let words = warnings(&store).await.join("; ");
        assert!(words.contains("3 connections to the server for 8 workers"), "{words}");
        let store = builder().workers(3).connect(&url).await.expect("the pooler is up");
        let words = warnings(&store).await.join("; ");
        assert!(!words.contains("pool_size"), "{words}");
    }
}

#[tokio::test]
async fn a_pooler_in_session_mode_that_gives_no_connection_is_named() {
    let server = Postgres::shared().await;
    let pooler = PgBouncer::start(server, PoolMode::Session, 3, "").await;
    let url = pooler.url(&server.database().await);
    let builder = PostgresStore::builder().session_pooler().deadline(Duration::from_secs(5));
    let store = migrated(builder, &url).await;
    let words = until_warned(&store, true).await.join("; ");
    assert!(words.contains("of 8 connections are open"), "{words}");
    assert!(words.contains("`pool_size`"), "{words}");
}

#[tokio::test]
async fn behind_a_pooler_that_sets_nothing_a_missing_time_limit_is_named() {
    let server = Postgres::shared().await;
    let pooler = PgBouncer::start(server, PoolMode::PreparedStatements, 20, "").await;
    let database = Database(server.database().await);
    let url = pooler.url(&database.0);
    let store = migrated(patient().pooler_with_prepared_statements(), &url).await;
    let words = warnings(&store).await.join("; ");
    assert!(words.contains("set `statement_timeout` on the role"), "{words}");
    for setting in ["statement_timeout = 20000", "default_transaction_isolation = ''serializable''"]
    {
        database
            .execute(&format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {setting}', current_database()); END $$"))
            .await;
    }
    pooler.restart().await;
    let store = patient().pooler_with_prepared_statements().connect(&url).await.expect("it is up");
    let words = warnings(&store).await.join("; ");
    assert!(!words.contains("statement_timeout"), "{words}");
    assert!(words.contains("`read committed`"), "{words}");
}

#[tokio::test]
async fn the_reason_for_which_there_is_no_feed_is_named() {
    let (store, database) = store(patient()).await;
    database.execute("ALTER TABLE sessions DISABLE TRIGGER session_ending_deleted").await;
    let words = warnings(&store).await.join("; ");
    assert!(words.contains("no feed") && words.contains("call `migrate()`"), "{words}");
    database.execute("ALTER TABLE sessions ENABLE TRIGGER session_ending_deleted").await;
    assert_eq!(warnings(&store).await, [""; 0]);

    let server = Postgres::shared().await;
    let pooler = PgBouncer::start(server, PoolMode::Transaction, 20, "").await;
    let url = pooler.url(&server.database().await);
    fill_pool(&url, 8).await;
    let store = migrated(patient().transaction_pooler(), &url).await;
    assert_eq!(warnings(&store).await, [""; 0], "nobody has asked for a feed");
    assert!(store.endings().await.expect("the store works").is_none());
    let words = warnings(&store).await.join("; ");
    assert!(words.contains("pooler in transaction mode"), "{words}");
}
