//! The fixtures: a store on a database of its own, and a look at that past the store.

use std::time::Duration;

use session_sqlx::{PostgresBuilder, PostgresStore};
use session_test_support::Postgres;
pub(crate) use session_test_support::records::{
    DAY, HOUR, error_chain, handle, insert, insert_of, is_unchanged, listed, loaded, stored,
    update_of, updated, with,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A busy machine is no failure.
pub(crate) fn patient() -> PostgresBuilder {
    PostgresStore::builder().deadline(Duration::from_secs(30))
}

/// A store on a database of its own, and that database.
pub(crate) async fn store(builder: PostgresBuilder) -> (PostgresStore, Database) {
    let url = Postgres::shared().await.database().await;
    (migrated(builder, &url).await, Database(url))
}

pub(crate) async fn migrated(builder: PostgresBuilder, url: &str) -> PostgresStore {
    let store = builder.connect(url).await.expect("the server is up");
    store.migrate().await.expect("nothing stands in the way");
    store
}

/// A database, and ways to look into it.
#[derive(Clone)]
pub(crate) struct Database(pub(crate) String);

impl Database {
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.0).await.expect("the server is up")
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connect().await).await;
        done.expect("the statement is right");
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        query.fetch_one(&mut self.connect().await).await.expect("the statement is right")
    }

    /// Waits until this many of the store's statements wait for a lock.
    pub(crate) async fn until_blocked(&self, number: i64) {
        self.until(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
            number,
        )
        .await;
    }

    pub(crate) async fn until(&self, sql: &str, number: i64) {
        let mut connection = self.connect().await;
        for _ in 0..6000 {
            let query = sqlx::query_scalar(AssertSqlSafe(sql));
            let found: i64 =
                query.fetch_one(&mut connection).await.expect("the statement is right");
            if found == number {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never {number}: {sql}");
    }
}
