//! A throw-away PgBouncer in transaction mode, from the installed binary.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use tokio::net::TcpStream;

use super::{Postgres, data_directory};
use crate::{TempDirectory, free_address};

/// A running PgBouncer before a PostgreSQL server, on 127.0.0.1.
#[derive(Debug)]
pub struct PgBouncer {
    directory: TempDirectory,
    address: SocketAddr,
}

impl PgBouncer {
    /// Starts one that shares three connections to each database among all clients, each for as long as a transaction.
    pub async fn before(server: &Postgres) -> Self {
        let mut bouncer =
            Self { directory: data_directory::owned_directory("TERM"), address: free_address() };
        for _ in 0..10 {
            if bouncer.boot(server.address()).await {
                return bouncer;
            }
            bouncer.address = free_address();
        }
        panic!("PgBouncer does not start:\n{}", bouncer.directory.log());
    }

    /// False if it gave up, as it does when its port is taken.
    async fn boot(&self, server: SocketAddr) -> bool {
        let settings = format!(
            "[databases]
            * = host={} port={} user=postgres
            [pgbouncer]
            listen_addr = {}
            listen_port = {}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 200",
            server.ip(),
            server.port(),
            self.address.ip(),
            self.address.port(),
        );
        let settings: Vec<&str> = settings.lines().map(str::trim).collect();
        let file = self.directory.path().join("pgbouncer.ini");
        fs::write(&file, settings.join("\n")).expect("the directory is ours");
        // Debian installs it where only root's `PATH` leads.
        let program = Path::new("/usr/sbin/pgbouncer");
        let program = if program.exists() { program } else { Path::new("pgbouncer") };
        let mut command = Command::new(program);
        data_directory::run_as_server(&mut command);
        command.arg(file);
        let answers = async || TcpStream::connect(self.address).await.is_ok();
        self.directory.launch(&mut command, answers).await
    }

    /// The server's URL of a database, changed to go through it.
    pub fn url(&self, server: &str) -> String {
        let database = server.rsplit('/').next().expect("a URL ends with the database");
        format!("postgres://postgres@{}/{database}", self.address)
    }
}
