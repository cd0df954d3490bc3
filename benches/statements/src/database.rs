//! A database of the server: a store in it, and what is done there by hand.

use std::time::Duration;

use session_sqlx::PostgresStore;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A server under callgrind is slow.
const PATIENCE: Duration = Duration::from_mins(1);

/// A store that is one process of the server.
pub(crate) async fn store(url: &str) -> PostgresStore {
    let store = PostgresStore::builder().workers(1).deadline(PATIENCE).connect(url).await;
    store.expect("the server is up")
}

pub(crate) async fn run(url: &str, sql: &'static str) {
    let mut connection = PgConnection::connect(url).await.expect("the server is up");
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("the statement is right");
}
