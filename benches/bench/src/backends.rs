//! The database servers, started for this run and gone with it.

use std::process::Command;

use session_test_support::{Postgres, Proxy, Redis, TempDirectory};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

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

    /// How many bytes a row of this table has on average.
    pub(crate) async fn row_size(&self, database: &str, table: &str) -> f64 {
        let mut connection = PgConnection::connect(database).await.expect("the server is up");
        let query = format!("SELECT avg(pg_column_size(t))::float8 FROM {table} t");
        let size = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await;
        size.expect("the table has rows")
    }
}

/// What a Redis answers to a command.
pub(crate) fn ask_redis(place: &str, command: &[&str]) -> String {
    let output = Command::new("redis-cli").args(["-u", place]).args(command).output();
    let output = output.expect("`redis-cli` is installed");
    String::from_utf8(output.stdout).expect("Redis answers in text")
}
