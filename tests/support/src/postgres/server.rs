//! A throw-away PostgreSQL server from the installed binaries, which a test can freeze, kill and restart.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

use super::data_directory;
use crate::{TempDirectory, free_address};

/// A running PostgreSQL server with a data directory of its own, on 127.0.0.1.
#[derive(Debug)]
pub struct Postgres {
    directory: TempDirectory,
    address: SocketAddr,
    fsync: bool,
}

impl Postgres {
    /// Starts a server of one's own, for a test that freezes or kills it. What it commits survives [`kill`](Self::kill),
    /// but not a power failure (`fsync` is off, which is much faster).
    pub async fn start() -> Self {
        Self::launch(false).await
    }

    /// Starts a server of one's own with `fsync` on, so that it also writes as slowly as a real one, and with
    /// a log as long as a real server's: `initdb` was told to make pieces of a megabyte, of which there would be so few
    /// that a checkpoint came every other second.
    pub async fn durable() -> Self {
        Self::launch(true).await
    }

    /// The one server that the tests of this process share. Take a [`database`](Self::database) each; do not freeze
    /// or kill it. It ends with the process.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    async fn launch(fsync: bool) -> Self {
        Self::launch_in(data_directory::new(), fsync).await
    }

    /// Starts a server on the data of this directory.
    pub(super) async fn launch_in(directory: TempDirectory, fsync: bool) -> Self {
        let mut postgres = Self { directory, address: free_address(), fsync };
        for _ in 0..10 {
            if postgres.boot().await {
                return postgres;
            }
            postgres.address = free_address();
        }
        panic!("PostgreSQL does not start:\n{}", postgres.directory.log());
    }

    /// False if the server gave up, as it does when its port is taken.
    async fn boot(&self) -> bool {
        let data = self.directory.path().join("data");
        let mut command = data_directory::command("postgres");
        command
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(self.directory.path())
            .args(["-p", &self.address.port().to_string()])
            // Each process of the server shows the cluster's name in its command line; the directory finds it there.
            .arg(format!("--cluster_name={}", self.name()))
            .arg(format!("--fsync={}", if self.fsync { "on" } else { "off" }));
        if self.fsync {
            command.args(["--max_wal_size=1GB", "--min_wal_size=80MB"]);
        }
        self.directory.launch(&mut command, async || self.answers().await).await
    }

    /// Whether it is this server, and not another on a port that was lost to it, that answers.
    async fn answers(&self) -> bool {
        let Ok(mut connection) = PgConnection::connect(&self.url("postgres")).await else {
            return false;
        };
        let name = sqlx::query_scalar("SHOW cluster_name").fetch_one(&mut connection).await;
        name.is_ok_and(|name: String| name == self.name())
    }

    fn name(&self) -> &str {
        let name = self.directory.path().file_name().and_then(|name| name.to_str());
        name.expect("the directory's name is ours, in ASCII")
    }

    /// The directory of its files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Where it listens, for a [`Proxy`](crate::Proxy).
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of one of its databases (`"postgres"` is always there).
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.address)
    }

    /// Makes a new empty database and gives its URL.
    pub async fn database(&self) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let database = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let statement = AssertSqlSafe(format!("CREATE DATABASE {database}"));
        sqlx::raw_sql(statement).execute(&mut self.connect().await).await.expect("the name is new");
        self.url(&database)
    }

    /// Stops every process of the server where it stands (`SIGSTOP`): connections stay open, and nobody answers.
    pub fn freeze(&self) {
        self.directory.freeze();
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        self.directory.thaw();
    }

    /// Lets it write no file beyond this many bytes, as on a full disk; none lifts the limit.
    pub fn limit_files(&self, bytes: Option<u64>) {
        self.directory.limit_files(bytes);
    }

    /// Whether it runs (a frozen one does).
    pub fn is_running(&self) -> bool {
        self.directory.is_running()
    }

    /// Ends every process of the server at once (`SIGKILL`). The data directory stays as it is.
    pub fn kill(&self) {
        self.directory.kill();
        // The server had no time to remove its System V segment, and the system would keep it for ever.
        let pid_file = fs::read_to_string(self.directory.path().join("data/postmaster.pid"))
            .unwrap_or_default();
        if let Some(segment) =
            pid_file.lines().nth(6).and_then(|line| line.split_whitespace().nth(1))
        {
            let _ = Command::new("ipcrm").args(["-m", segment]).stderr(Stdio::null()).status();
        }
    }

    /// Starts the server again on the same port and data, after a [`kill`](Self::kill) if it still runs.
    pub async fn restart(&self) {
        self.kill();
        for _ in 0..100 {
            if self.boot().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("PostgreSQL does not start again:\n{}", self.directory.log());
    }

    /// The statements that were executed in a database (its name or its URL) since
    /// [`reset_statements`](Self::reset_statements), each with the number of calls. Those that failed are not among
    /// them; `BEGIN` and `COMMIT` are. Constants read `$1`, except in what was prepared before the reset.
    pub async fn statements(&self, database: &str) -> Vec<(String, u64)> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT query, sum(calls)::bigint FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
             WHERE datname = $1 GROUP BY query ORDER BY query",
        )
        .bind(database_name(database))
        .fetch_all(&mut self.connect().await)
        .await
        .expect("the extension is installed in the database `postgres`");
        rows.into_iter().map(|(query, calls)| (query, calls.cast_unsigned())).collect()
    }

    /// Forgets the statements that were executed in a database (its name or its URL) until now.
    pub async fn reset_statements(&self, database: &str) {
        sqlx::query(
            "SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = $1",
        )
        .bind(database_name(database))
        .execute(&mut self.connect().await)
        .await
        .expect("the extension is installed in the database `postgres`");
    }

    /// A connection to the database `postgres`, whose statements count for no other database.
    pub(super) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url("postgres")).await.expect("the server is up")
    }
}

fn database_name(database: &str) -> &str {
    let name = database.rsplit_once('/').map_or(database, |(_, name)| name);
    name.split_once('?').map_or(name, |(name, _)| name)
}
