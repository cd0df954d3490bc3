//! PostgreSQL's tables and its log.

use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use sqlx::{Connection as _, PgConnection};

use super::app::{DEADLINE, required_sealing, use_sessions};
use super::files::{check, dump};

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_no_secret_and_with_keys_no_content() {
    for sealing in [None, Some(required_sealing())] {
        let sealed = sealing.is_some();
        let server = Postgres::durable().await;
        let url = server.database().await;
        let store = PostgresStore::builder().deadline(DEADLINE).connect(&url).await;
        let store = store.expect("the server runs");
        store.migrate().await.expect("the database is new");
        let secrets = use_sessions(store, sealing).await;
        let mut database = PgConnection::connect(&url).await.expect("the server runs");
        sqlx::query("CHECKPOINT").execute(&mut database).await.expect("it is a statement");
        check(&dump(&server.directory().join("data").join("base")), &secrets, sealed);
        check(&dump(&server.directory().join("data").join("pg_wal")), &secrets, sealed);
    }
}
