//! A throw-away Redis server from the installed binary, which a test can freeze, kill and restart.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;

use crate::{TempDirectory, free_address};

/// A running Redis server on 127.0.0.1.
#[derive(Debug)]
pub struct Redis {
    directory: TempDirectory,
    address: SocketAddr,
    durable: bool,
}

impl Redis {
    /// Starts a server that keeps its data in memory only: a [`restart`](Self::restart) empties it.
    pub async fn start() -> Self {
        Self::launch(false).await
    }

    /// Starts a server that writes each change to its log before it answers, and so keeps its data.
    pub async fn durable() -> Self {
        Self::launch(true).await
    }

    /// The one server that the tests of this process share, each with a prefix of its own; do not freeze or kill it.
    /// It ends with the process.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Redis> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    async fn launch(durable: bool) -> Self {
        let mut redis =
            Self { directory: TempDirectory::new("TERM"), address: free_address(), durable };
        for _ in 0..10 {
            if redis.boot().await {
                return redis;
            }
            redis.address = free_address();
        }
        panic!("Redis does not start:\n{}", redis.directory.log());
    }

    /// False if the server gave up, as it does when its port is taken.
    async fn boot(&self) -> bool {
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &self.address.port().to_string()])
            .args(["--save", "", "--appendfsync", "always"])
            .args(["--appendonly", if self.durable { "yes" } else { "no" }])
            .arg("--dir")
            .arg(self.directory.path());
        self.directory.launch(&mut command, async || self.answers().await.is_some()).await
    }

    async fn answers(&self) -> Option<()> {
        let mut connection = TcpStream::connect(self.address).await.ok()?;
        connection.write_all(b"PING\r\n").await.ok()?;
        let mut answer = [0; 5];
        connection.read_exact(&mut answer).await.ok()?;
        (answer == *b"+PONG").then_some(())
    }

    /// The directory of its files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Where it listens, for a [`Proxy`](crate::Proxy).
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL to connect to.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Stops the server where it stands (`SIGSTOP`): connections stay open, and nobody answers.
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

    /// Ends the server at once (`SIGKILL`).
    pub fn kill(&self) {
        self.directory.kill();
    }

    /// Starts the server again on the same port and directory, after a [`kill`](Self::kill) if it still runs.
    pub async fn restart(&self) {
        self.kill();
        for _ in 0..100 {
            if self.boot().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("Redis does not start again:\n{}", self.directory.log());
    }
}
