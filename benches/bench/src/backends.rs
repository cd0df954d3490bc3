//! The database servers, started for this run and gone with it.

use std::process::Command;
use std::time::Duration;

use session_test_support::{Postgres, Proxy, Redis, TempDirectory};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::failure::{Failure, failure};
use crate::plan::{Store, Subject};

/// A PostgreSQL that syncs its log to the disk, a Redis that keeps all in memory, and a directory for files.
#[derive(Debug)]
pub(crate) struct Backends {
    pub(crate) postgres: Postgres,
    pub(crate) redis: Redis,
    files: TempDirectory,
}

impl Backends {
    pub(crate) async fn start() -> Self {
        eprintln!("starting PostgreSQL and Redis");
        Self {
            postgres: Postgres::durable().await,
            redis: Redis::start().await,
            files: TempDirectory::new("TERM"),
        }
    }

    /// An empty place for the sessions of one server.
    pub(crate) async fn place(&self, subject: &Subject, number: usize) -> String {
        match subject.store {
            Store::Nowhere | Store::Memory | Store::Cookie => String::new(),
            // A server each would be one more process to share a core with; Redis numbers its databases instead.
            Store::Redis => format!("{}/{}", self.redis.url(), number % 16),
            Store::Sqlite => {
                format!("sqlite:{}/{number}.db", self.files.path().display())
            }
            Store::Postgres | Store::Cached => self.postgres.database().await,
        }
    }

    /// A proxy that counts what PostgreSQL is asked.
    pub(crate) async fn counting_proxy(&self) -> Proxy {
        Proxy::before(self.postgres.address()).await
    }

    /// Waits until PostgreSQL has noticed which servers have ended: it allows so many connections in all.
    pub(crate) async fn without_connections(&self) {
        let url = self.postgres.url("postgres");
        let mut connection = PgConnection::connect(&url).await.expect("the server is up");
        let query = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'test%'";
        for _ in 0..100 {
            let connections: i64 = sqlx::query_scalar(query)
                .fetch_one(&mut connection)
                .await
                .expect("PostgreSQL has this view");
            if connections == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many bytes a row of this table has on average.
    pub(crate) async fn row_size(&self, database: &str, table: &str) -> Result<f64, Failure> {
        let mut connection = PgConnection::connect(database).await.expect("the server is up");
        let query = format!("SELECT avg(pg_column_size(t))::float8 FROM {table} t");
        let size = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await;
        size.map_err(|error| failure!("the rows of {table} have no size: {error}"))
    }
}

/// What a Redis answers to a command.
pub(crate) fn ask_redis(place: &str, command: &[&str]) -> String {
    let output = Command::new("redis-cli").args(["-u", place]).args(command).output();
    let output = output.expect("`redis-cli` is installed");
    String::from_utf8(output.stdout).expect("Redis answers in text")
}
