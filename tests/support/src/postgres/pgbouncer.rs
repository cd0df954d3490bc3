//! A throw-away PgBouncer from the installed binary, in the mode that a test asks for.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use tokio::net::TcpStream;

use super::{Postgres, data_directory};
use crate::{TempDirectory, free_address};

/// Where one is that Debian installed, which is where only root's `PATH` leads; and the newer one that
/// `scripts/pgbouncer.sh` puts beside it, where that is too old for [`PoolMode::PreparedStatements`].
const PROGRAMS: [&str; 3] = ["/usr/sbin/pgbouncer", "pgbouncer", "/opt/pgbouncer/pgbouncer"];

/// The first version that keeps prepared statements.
const KEEPS_STATEMENTS: (u32, u32) = (1, 21);

/// How long a client keeps a connection to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolMode {
    /// Until it leaves.
    Session,
    /// For a transaction; prepared statements are not kept.
    Transaction,
    /// For a transaction; prepared statements are kept.
    PreparedStatements,
}

/// A running PgBouncer before a PostgreSQL server, on 127.0.0.1.
#[derive(Debug)]
pub struct PgBouncer {
    directory: TempDirectory,
    address: SocketAddr,
    program: &'static str,
}

impl PgBouncer {
    /// Starts one that shares three connections to each database among all clients, each for as long as a transaction.
    pub async fn before(server: &Postgres) -> Self {
        Self::start(server, PoolMode::Transaction, 3, "").await
    }

    /// Starts one with so many connections to each database, and more lines for its settings.
    pub async fn start(server: &Postgres, mode: PoolMode, pool_size: u32, settings: &str) -> Self {
        let versions = PROGRAMS.map(|program| (program, version(program)));
        let wanted = if mode == PoolMode::PreparedStatements { KEEPS_STATEMENTS } else { (1, 0) };
        let found = versions.into_iter().find(|(_, version)| *version >= Some(wanted));
        let Some((program, Some(version))) = found else {
            panic!("PgBouncer {wanted:?} is not installed: scripts/test.sh sees to it");
        };
        let mut bouncer = Self {
            directory: data_directory::owned_directory("TERM"),
            address: free_address(),
            program,
        };
        let kept = match mode {
            _ if version < KEEPS_STATEMENTS => "",
            PoolMode::PreparedStatements => "max_prepared_statements = 200",
            PoolMode::Session | PoolMode::Transaction => "max_prepared_statements = 0",
        };
        let settings = format!("{settings}\n{kept}");
        for _ in 0..10 {
            bouncer.configure(server.address(), mode, pool_size, &settings);
            if bouncer.boot().await {
                return bouncer;
            }
            bouncer.address = free_address();
        }
        panic!("PgBouncer does not start:\n{}", bouncer.directory.log());
    }

    fn configure(&self, server: SocketAddr, mode: PoolMode, pool_size: u32, settings: &str) {
        let mode = if mode == PoolMode::Session { "session" } else { "transaction" };
        let settings = format!(
            "[databases]
            * = host={} port={} user=postgres
            [pgbouncer]
            listen_addr = {}
            listen_port = {}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            default_pool_size = {pool_size}
            max_client_conn = 200
            {settings}",
            server.ip(),
            server.port(),
            self.address.ip(),
            self.address.port(),
        );
        let settings: Vec<&str> = settings.lines().map(str::trim).collect();
        let file = self.directory.path().join("pgbouncer.ini");
        fs::write(&file, settings.join("\n")).expect("the directory is ours");
    }

    /// False if it gave up, as it does when its port is taken.
    async fn boot(&self) -> bool {
        let mut command = Command::new(self.program);
        data_directory::run_as_server(&mut command);
        command.arg(self.directory.path().join("pgbouncer.ini"));
        let answers = async || TcpStream::connect(self.address).await.is_ok();
        self.directory.launch(&mut command, answers).await
    }

    /// Where it listens, for a [`Proxy`](crate::Proxy).
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it at once (`SIGKILL`), with all connections.
    pub fn kill(&self) {
        self.directory.kill();
    }

    /// Starts it again at the same address, after a [`kill`](Self::kill) if it still runs.
    pub async fn restart(&self) {
        self.kill();
        for _ in 0..100 {
            if self.boot().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("PgBouncer does not start again:\n{}", self.directory.log());
    }

    /// The server's URL of a database, changed to go through it.
    pub fn url(&self, server: &str) -> String {
        let database = server.rsplit('/').next().expect("a URL ends with the database");
        format!("postgres://postgres@{}/{database}", self.address)
    }
}

/// Major and minor version; none if it is not installed.
fn version(program: &str) -> Option<(u32, u32)> {
    if program.starts_with('/') && !Path::new(program).exists() {
        return None;
    }
    let output = Command::new(program).arg("--version").output().ok()?;
    let output = String::from_utf8(output.stdout).ok()?;
    let mut numbers = output.lines().next()?.rsplit(' ').next()?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
