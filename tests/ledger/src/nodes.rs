//! The nodes: processes of this program, or, for a store in memory, servers in this process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use axum::Router;
use session_test_support::{TempDirectory, free_address};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

use crate::node;
use crate::stores::Place;

/// All nodes of a run.
#[derive(Debug)]
pub(crate) struct Nodes(Vec<Node>);

#[derive(Debug)]
struct Node {
    address: SocketAddr,
    runs: Runs,
}

#[derive(Debug)]
enum Runs {
    Here(AbortHandle),
    Process { directory: TempDirectory, program: PathBuf, place: Place },
}

impl Nodes {
    /// Nodes in this process: one for each of these applications.
    pub(crate) async fn here(apps: impl IntoIterator<Item = Router>) -> Self {
        let mut nodes = Vec::new();
        for app in apps {
            let address = free_address();
            let task = tokio::spawn(node::serve(address, app)).abort_handle();
            while TcpStream::connect(address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            nodes.push(Node { address, runs: Runs::Here(task) });
        }
        Self(nodes)
    }

    /// So many processes of `program`, on the store at this place.
    pub(crate) async fn processes(program: &Path, place: &Place, count: usize) -> Self {
        let mut nodes = Vec::new();
        for _ in 0..count {
            let directory = TempDirectory::new("TERM");
            let (program, place) = (program.to_owned(), place.clone());
            let runs = Runs::Process { directory, program, place };
            let node = Node { address: free_address(), runs };
            node.boot().await;
            nodes.push(node);
        }
        Self(nodes)
    }

    /// Where they listen.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.0.iter().map(|node| node.address).collect()
    }

    /// Ends one at once (`SIGKILL`).
    pub(crate) fn kill(&self, at: usize) {
        if let Runs::Process { directory, .. } = &self.0[at].runs {
            directory.kill();
        }
    }

    /// Starts one again that was killed.
    pub(crate) async fn start_again(&self, at: usize) {
        self.0[at].boot().await;
    }

    /// Stops one where it stands.
    pub(crate) fn freeze(&self, at: usize) {
        if let Runs::Process { directory, .. } = &self.0[at].runs {
            directory.freeze();
        }
    }

    /// Lets one go on.
    pub(crate) fn thaw(&self, at: usize) {
        if let Runs::Process { directory, .. } = &self.0[at].runs {
            directory.thaw();
        }
    }

    /// Lets none write a file beyond this many bytes.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        for node in &self.0 {
            if let Runs::Process { directory, .. } = &node.runs {
                directory.limit_files(bytes);
            }
        }
    }

    /// What they have logged.
    pub(crate) fn logs(&self) -> String {
        let logs = self.0.iter().filter_map(|node| match &node.runs {
            Runs::Process { directory, .. } => Some(directory.log()),
            Runs::Here(_) => None,
        });
        logs.collect()
    }
}

impl Node {
    async fn boot(&self) {
        let Runs::Process { directory, program, place } = &self.runs else { return };
        // A write to a full disk is an error, as it is where no limit stands in for the disk.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(program);
        command.arg("node").arg(self.address.port().to_string()).args(place.words());
        let answers = async || TcpStream::connect(self.address).await.is_ok();
        let runs = directory.launch(&mut command, answers).await;
        assert!(runs, "a node does not start:\n{}", directory.log());
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        if let Self::Here(task) = self {
            task.abort();
        }
    }
}
