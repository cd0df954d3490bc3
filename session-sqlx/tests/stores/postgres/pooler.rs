//! Behind PgBouncer in transaction mode, which gives each statement another connection.

use session_core::Now;
use session_core::Store as _;
use session_core::store::{Contents, ListQuery, Updated};
use session_sqlx::PostgresStore;
use session_test_support::records::insert_of;
use session_test_support::{PgBouncer, Postgres};
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
    let connections = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(database.number(connections).await <= 3);
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
