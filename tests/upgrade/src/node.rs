//! A node: one process of one release.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use session_test_support::{TempDirectory, free_address};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::store::Store;

/// How long a node has to stop, on a machine that is busy.
const STOP_TIMEOUT: Duration = Duration::from_mins(1);

/// A running node.
pub(crate) struct Node {
    pub(crate) port: u16,
    directory: TempDirectory,
}

impl Node {
    /// It answers when this returns.
    pub(crate) async fn start(program: &Path, store: &Store) -> Self {
        // Another process may take the port first.
        for _ in 0..5 {
            let node = Self { port: free_address().port(), directory: TempDirectory::new("INT") };
            let mut command = Command::new(program);
            command.env_remove("SESSION_KEYS");
            command.envs(store.keys.map(|keys| ("SESSION_KEYS", keys)));
            command.args(["--port", &node.port.to_string(), "--store", &store.place]);
            let ready = async || TcpStream::connect(("127.0.0.1", node.port)).await.is_ok();
            if node.directory.launch(&mut command, ready).await {
                return node;
            }
            let log = node.directory.log();
            assert!(log.contains("cannot listen"), "{} does not start: {log}", program.display());
        }
        panic!("no port is free")
    }

    /// It stops in good order.
    pub(crate) async fn stop(self) {
        self.directory.interrupt();
        let stopped = async {
            while self.directory.is_running() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(STOP_TIMEOUT, stopped).await.expect("it stops");
        self.check_log();
    }

    /// It is killed.
    pub(crate) fn kill(self) {
        self.directory.kill();
        self.check_log();
    }

    fn check_log(&self) {
        let log = self.directory.log();
        assert!(!log.contains("panicked"), "{log}");
    }
}
