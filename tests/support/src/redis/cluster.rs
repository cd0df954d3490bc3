//! A throw-away Redis Cluster of three masters and three replicas, each of which a test can freeze and kill.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::OnceCell;

use super::inline::ask;
use crate::{TempDirectory, free_address};

/// How long a node may be silent before the others take it for dead.
const NODE_TIMEOUT: Duration = Duration::from_secs(3);

/// The same where no node is to die: what a node has acknowledged may be lost when another takes its place.
const SHARED_NODE_TIMEOUT: Duration = Duration::from_mins(1);

/// A running cluster on 127.0.0.1, made by `redis-cli --cluster create`.
///
/// Its nodes keep their data in memory only. A slot without a master does not hold up the others
/// (`cluster-require-full-coverage no`).
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Node>,
}

/// One server of a [`RedisCluster`].
#[derive(Debug)]
pub struct Node {
    directory: TempDirectory,
    address: SocketAddr,
}

impl RedisCluster {
    /// The one cluster that the tests of this process share, each with a prefix of its own; do not freeze or kill its
    /// nodes. It ends with the process.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<RedisCluster> = OnceCell::const_new();
        let start = async || {
            let cluster = Self::start().await;
            let set =
                format!("CONFIG SET cluster-node-timeout {}", SHARED_NODE_TIMEOUT.as_millis());
            for node in &cluster.nodes {
                node.until(&set, |answer| answer == "+OK\r\n").await;
            }
            cluster
        };
        SHARED.get_or_init(start).await
    }

    /// Starts six servers and joins them.
    pub async fn start() -> Self {
        let mut nodes = Vec::new();
        for _ in 0..6 {
            nodes.push(Node::start().await);
        }
        let cluster = Self { nodes };
        cluster.join();
        cluster.until_whole().await;
        cluster
    }

    /// The URLs of all nodes.
    pub fn urls(&self) -> Vec<String> {
        let url = |node: &Node| format!("redis://{}", node.address);
        self.nodes.iter().map(url).collect()
    }

    /// The nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of this port.
    pub fn node(&self, port: u16) -> &Node {
        let mut nodes = self.nodes.iter();
        nodes.find(|node| node.address.port() == port).expect("it is one of ours")
    }

    /// Waits until one of these replicas has become a master.
    pub async fn until_taken_over(&self, replicas: &[&Node]) {
        for _ in 0..1200 {
            for replica in replicas {
                if replica.is_master().await {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no replica takes over");
    }

    fn join(&self) {
        let mut command = Command::new("redis-cli");
        command.args(["--cluster", "create"]);
        command.args(self.nodes.iter().map(|node| node.address.to_string()));
        command.args(["--cluster-replicas", "1", "--cluster-yes"]);
        let output = command.output().expect("redis-cli is installed with redis-server");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{command:?} failed:\n{printed}");
    }

    /// Waits until every node knows every slot's master, and every replica has caught up.
    async fn until_whole(&self) {
        for node in &self.nodes {
            node.until("CLUSTER INFO", |info| info.contains("cluster_state:ok")).await;
            node.until("CLUSTER NODES", |nodes| nodes.matches("slave").count() == 3).await;
            let info = node.ask("INFO replication").await;
            if info.contains("role:slave") {
                let caught_up = |info: &str| info.contains("master_link_status:up");
                node.until("INFO replication", caught_up).await;
            }
        }
    }
}

impl Node {
    async fn start() -> Self {
        for _ in 0..10 {
            let node = Self { directory: TempDirectory::new("TERM"), address: free_address() };
            if node.boot().await {
                return node;
            }
        }
        panic!("Redis does not start as a node of a cluster");
    }

    async fn boot(&self) -> bool {
        let mut command = Command::new("redis-server");
        let timeout = NODE_TIMEOUT.as_millis().to_string();
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &self.address.port().to_string()])
            .args(["--cluster-enabled", "yes", "--cluster-node-timeout", &timeout])
            .args(["--cluster-port", &free_address().port().to_string()])
            .args(["--cluster-require-full-coverage", "no", "--repl-diskless-sync-delay", "0"])
            .arg("--dir")
            .arg(self.directory.path());
        let ready = async || {
            TcpStream::connect(self.address).await.is_ok() && self.ask("PING").await == "+PONG\r\n"
        };
        self.directory.launch(&mut command, ready).await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server where it stands (`SIGSTOP`).
    pub fn freeze(&self) {
        self.directory.freeze();
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        self.directory.thaw();
    }

    /// Ends the server at once (`SIGKILL`).
    pub fn kill(&self) {
        self.directory.kill();
    }

    /// Starts the server again on the same port, after a [`kill`](Self::kill) if it still runs. It comes back without data,
    /// and finds its place in the cluster by its file.
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

    /// Whether it is a master that has slots.
    pub async fn is_master(&self) -> bool {
        let nodes = self.ask("CLUSTER NODES").await;
        // The ninth word is the first range of slots.
        let has_slots = |line: &str| line.split(' ').nth(8).is_some();
        nodes.lines().any(|line| line.contains("myself,master") && has_slots(line))
    }

    /// Has this replica take over from its master in good order (`CLUSTER FAILOVER`).
    pub async fn take_over(&self) {
        self.ask("CLUSTER FAILOVER").await;
        for _ in 0..600 {
            if self.ask("INFO replication").await.contains("role:master") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the replica does not take over:\n{}", self.directory.log());
    }

    async fn until(&self, command: &str, holds: impl Fn(&str) -> bool) {
        for _ in 0..600 {
            if holds(&self.ask(command).await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("`{command}` never says what it should:\n{}", self.ask(command).await);
    }

    /// Sends an inline command, and answers what came back; empty if nothing did.
    async fn ask(&self, command: &str) -> String {
        ask(self.address, command).await
    }
}
