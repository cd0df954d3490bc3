//! A database of a throw-away server: what is done there by hand, and what its statements cost it.

use std::time::Duration;

use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use crate::processor::Processor;

/// As in the comparison with other libraries.
pub(crate) const WORKERS: usize = 8;

/// A stall is to be measured, not refused.
const PATIENCE: Duration = Duration::from_mins(1);

/// A database, and the server it is on.
#[derive(Clone, Debug)]
pub(crate) struct Database<'server> {
    server: &'server Postgres,
    pub(crate) url: String,
}

/// What the statements of a database cost, by the server's own account.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    /// Milliseconds that they took, all together.
    pub(crate) time: f64,
    /// Milliseconds of the longest.
    pub(crate) longest: f64,
    /// Pages looked at, and those among them that were not in the server's own memory.
    pub(crate) pages: f64,
    pub(crate) read: f64,
    /// Bytes written to the log, and whole pages among them.
    pub(crate) wal: f64,
    pub(crate) images: f64,
    /// Microseconds of the processor, the server's and ours, whatever for.
    pub(crate) processor: f64,
}

/// Counts what the statements of a database cost, from when it was made.
#[derive(Debug)]
pub(crate) struct Meter<'database> {
    database: &'database Database<'database>,
    processor: Processor,
}

impl<'server> Database<'server> {
    /// A new empty one.
    pub(crate) async fn new(server: &'server Postgres) -> Self {
        Self { server, url: server.database().await }
    }

    /// A store in it.
    pub(crate) async fn store(&self) -> PostgresStore {
        let store = PostgresStore::builder().workers(WORKERS).deadline(PATIENCE);
        store.connect(&self.url).await.expect("the server is up")
    }

    /// The same through a pooler in transaction mode.
    pub(crate) async fn store_through(url: &str) -> PostgresStore {
        let store = PostgresStore::builder().workers(WORKERS).deadline(PATIENCE);
        store.transaction_pooler().connect(url).await.expect("the pooler is up")
    }

    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.expect("the server is up")
    }

    /// Runs a statement.
    pub(crate) async fn run(&self, statement: &str) {
        self.run_all(&[statement]).await;
    }

    /// Runs these statements, each in a transaction of its own, on one connection.
    pub(crate) async fn run_all(&self, statements: &[impl AsRef<str>]) {
        let mut connection = self.connect().await;
        for statement in statements {
            let statement = statement.as_ref();
            let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
            let done = done.execute(&mut connection).await;
            done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
    }

    /// Has new connections begin with this setting, if it is one.
    pub(crate) async fn set(&self, setting: &str) {
        if !setting.is_empty() {
            let database = self.name();
            self.run(&format!("ALTER DATABASE {database} SET {setting}")).await;
        }
    }

    /// Makes this extension, if the server has it.
    pub(crate) async fn extend(&self, extension: &str) -> bool {
        let sql = format!(
            "SELECT count(*)::float8 FROM pg_available_extensions WHERE name = '{extension}'"
        );
        let [available] = self.numbers(&sql).await;
        if available > 0.0 {
            self.run(&format!("CREATE EXTENSION IF NOT EXISTS {extension}")).await;
        }
        available > 0.0
    }

    fn name(&self) -> &str {
        self.url.rsplit('/').next().expect("a URL ends with the database")
    }

    /// The first row of the answer.
    pub(crate) async fn row(&self, sql: &str) -> PgRow {
        let mut connection = self.connect().await;
        let row = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection);
        row.await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The numbers in the first row of the answer.
    pub(crate) async fn numbers<const N: usize>(&self, sql: &str) -> [f64; N] {
        let row = self.row(sql).await;
        std::array::from_fn(|column| row.get::<f64, _>(column))
    }

    /// The text that is the answer.
    pub(crate) async fn text(&self, sql: &str) -> String {
        self.row(sql).await.get(0)
    }

    /// Counts from now on.
    pub(crate) async fn meter(&self) -> Meter<'_> {
        self.server.reset_statements(&self.url).await;
        Meter { database: self, processor: Processor::count(self.server.directory()) }
    }
}

impl Meter<'_> {
    /// What was counted, of the statements with this text in them.
    pub(crate) async fn read(&self, text: &str) -> Asked {
        let processor = self.processor.used();
        let (name, server) = (self.database.name(), self.database.server);
        let postgres = Database { server, url: server.url("postgres") };
        let sums = [
            "sum(total_exec_time)",
            "max(max_exec_time)",
            "sum(shared_blks_hit + shared_blks_read)",
            "sum(shared_blks_read)",
            "sum(wal_bytes)",
            "sum(wal_fpi)",
        ];
        let sums = sums.map(|sum| format!("coalesce({sum}, 0)::float8")).join(", ");
        let sql = format!(
            "SELECT {sums} FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
             WHERE datname = '{name}' AND query LIKE '%{text}%'"
        );
        let [time, longest, pages, read, wal, images] = postgres.numbers(&sql).await;
        Asked { time, longest, pages, read, wal, images, processor }
    }
}
