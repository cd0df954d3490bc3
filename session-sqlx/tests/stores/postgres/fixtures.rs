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

/// A database of its own, in which there is nothing yet.
pub(crate) async fn database() -> Database {
    Database(Postgres::shared().await.database().await)
}

pub(crate) async fn unmigrated(builder: PostgresBuilder, database: &Database) -> PostgresStore {
    builder.connect(&database.0).await.expect("the server is up")
}

/// A table as a program of this version has left it. The table of versions told of the oldest
/// program from the fourth on.
pub(crate) async fn of_version(version: usize) -> Database {
    let database = database().await;
    database
        .execute(
            "CREATE TABLE sessions_versions (version integer PRIMARY KEY,
                applied timestamptz NOT NULL DEFAULT now())",
        )
        .await;
    let migrations = [
        include_str!("../../../migrations/postgres/0001_sessions.sql"),
        include_str!("../../../migrations/postgres/0002_log_ins.sql"),
        include_str!("../../../migrations/postgres/0003_faster_log_ins.sql"),
        include_str!("../../../migrations/postgres/0004_pages.sql"),
        include_str!("../../../migrations/postgres/0005_endings.sql"),
    ];
    for (version, migration) in (1..).zip(&migrations[..version]) {
        let migration =
            migration.replace(":\"table\"", "\"sessions\"").replace(":'table'", "'\"sessions\"'");
        let migration = migration.replace(":\"", "\"sessions_");
        database.execute(&migration.replace("sessions_existing_", "sessions_")).await;
        database.execute(&format!("INSERT INTO sessions_versions VALUES ({version})")).await;
    }
    database
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

    pub(crate) async fn text(&self, sql: &str) -> String {
        let query = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(sql));
        let text = query.fetch_one(&mut self.connect().await).await;
        text.expect("the statement is right").unwrap_or_default()
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

    /// Until a statement waits for what this connection holds.
    pub(crate) async fn until_blocked_by(&self, other: &mut PgConnection) {
        let process: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(other)
            .await
            .expect("the server is up");
        let waiting = format!(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND {process} = ANY (pg_blocking_pids(pid))"
        );
        self.until(&waiting, 1).await;
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
