//! Behind PgBouncer in transaction mode, which gives each statement another connection.

use std::time::Duration;

use session_core::Now;
use session_core::Store as _;
use session_core::store::{Contents, ListQuery, Updated};
use session_sqlx::{PostgresBuilder, PostgresStore};
use session_test_support::records::insert_of;
use session_test_support::{PgBouncer, PoolMode, Postgres};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use super::fixtures::{
    Database, HOUR, insert, loaded, migrated, patient, stored, update_of, updated,
};

async fn pooled() -> (PostgresStore, Database) {
    static POOLER: OnceCell<PgBouncer> = OnceCell::const_new();
    let server = Postgres::shared().await;
    let pooler = POOLER.get_or_init(|| PgBouncer::before(server)).await;
    let url = server.database().await;
    let builder = patient().transaction_pooler();
    (migrated(builder, &pooler.url(&url)).await, Database(url))
}

session_core::conformance!(async { pooled().await.0 });

mod in_session_mode {
    use super::{PoolMode, PostgresBuilder, behind};

    session_core::conformance!(async {
        behind(PoolMode::Session, PostgresBuilder::session_pooler).await
    });
}

mod with_prepared_statements {
    use super::{PoolMode, PostgresBuilder, behind};

    session_core::conformance!(async {
        behind(PoolMode::PreparedStatements, PostgresBuilder::pooler_with_prepared_statements).await
    });
}

/// Each case has a database of its own, whose connections would stay open.
const FEW: &str = "server_idle_timeout = 1";

/// A store with few workers behind a pooler in this mode, on a database of its own.
async fn behind(mode: PoolMode, told: fn(PostgresBuilder) -> PostgresBuilder) -> PostgresStore {
    static SESSION: OnceCell<PgBouncer> = OnceCell::const_new();
    static STATEMENTS: OnceCell<PgBouncer> = OnceCell::const_new();
    let pooler = if mode == PoolMode::Session { &SESSION } else { &STATEMENTS };
    let server = Postgres::shared().await;
    let pooler = pooler.get_or_init(async || PgBouncer::start(server, mode, 6, FEW).await).await;
    migrated(told(patient()).workers(4), &pooler.url(&server.database().await)).await
}

/// It ends every connection without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_not_lost_to_a_pooler_that_was_restarted() {
    let server = Postgres::shared().await;
    for (mode, told) in [
        (PoolMode::Session, PostgresBuilder::session_pooler as fn(PostgresBuilder) -> _),
        (PoolMode::Transaction, PostgresBuilder::transaction_pooler),
        (PoolMode::PreparedStatements, PostgresBuilder::pooler_with_prepared_statements),
    ] {
        let pooler = PgBouncer::start(server, mode, 12, "").await;
        let store = migrated(told(patient()), &pooler.url(&server.database().await)).await;
        for _ in 0..10 {
            write_at_once(&store).await;
            pooler.restart().await;
            write_at_once(&store).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_not_lost_to_a_client_that_a_pooler_ended_while_it_lay_idle() {
    let server = Postgres::shared().await;
    for (mode, told) in [
        (PoolMode::Session, PostgresBuilder::session_pooler as fn(PostgresBuilder) -> _),
        (PoolMode::Transaction, PostgresBuilder::transaction_pooler),
        (PoolMode::PreparedStatements, PostgresBuilder::pooler_with_prepared_statements),
    ] {
        let settings = "client_idle_timeout = 0.5\nserver_idle_timeout = 0.5";
        let pooler = PgBouncer::start(server, mode, 12, settings).await;
        let store = migrated(told(patient()), &pooler.url(&server.database().await)).await;
        for pause in [400, 500, 600, 700, 800, 900] {
            write_at_once(&store).await;
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }
}

async fn write_at_once(store: &PostgresStore) {
    let mut writes = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        writes.spawn(async move { stored(&store, insert()).await });
    }
    writes.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_callers_share_three_connections() {
    let (one, database) = pooled().await;
    let mut callers = JoinSet::new();
    for number in 0..50 {
        let store = one.clone();
        callers.spawn(async move {
            let mut record = stored(&store, insert()).await;
            for _ in 0..10 {
                assert!(loaded(&store, record.handle).await.is_some());
                assert!(store.touch(record.handle, HOUR, Now::Store).await.expect("it works"));
                let answer = updated(&store, update_of(&record)).await;
                assert!(matches!(answer, Updated::Saved(_)), "{answer:?}");
                record.revision += 1;
            }
            stored(&store, insert_of(&number.to_string())).await;
            assert!(store.delete(record.handle, None, Now::Store).await.expect("it works"));
        });
    }
    callers.join_all().await;
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 50);
    // The server process of the count before may take a moment to end.
    let are_few = "SELECT (count(*) <= 3)::integer::bigint FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.until(are_few, 1).await;
}

#[tokio::test]
async fn a_rejected_statement_leaves_nothing_behind() {
    let (store, database) = pooled().await;
    for _ in 0..10 {
        let page = ListQuery::first(Contents::Whole, 10);
        store.list("a\0", page, Now::Store).await.expect_err("PostgreSQL's text has no NUL");
        stored(&store, insert()).await;
    }
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 10);
}
