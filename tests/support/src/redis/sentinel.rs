//! A throw-away Redis master, its replica, and three sentinels that watch over them.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;

use super::inline::ask;
use super::server::Redis;
use crate::{TempDirectory, free_address};

/// The name by which the sentinels know the master.
const MASTER: &str = "mymaster";

/// Two servers and three sentinels on 127.0.0.1. A master that is silent for half a second is replaced.
#[derive(Debug)]
pub struct RedisSentinel {
    servers: [Redis; 2],
    sentinels: Vec<(TempDirectory, SocketAddr)>,
}

impl RedisSentinel {
    /// The same, where a server without a replica refuses to write (`min-replicas-to-write 1`).
    pub async fn guarded() -> Self {
        let watched = Self::start().await;
        for server in &watched.servers {
            for setting in ["min-replicas-to-write 1", "min-replicas-max-lag 3"] {
                ask(server.address(), &format!("CONFIG SET {setting}")).await;
            }
        }
        watched
    }

    /// Starts all of them; the replica has caught up.
    pub async fn start() -> Self {
        let servers = [Redis::start().await, Redis::start().await];
        let master = servers[0].address();
        let follow = format!("REPLICAOF {} {}", master.ip(), master.port());
        ask(servers[1].address(), &follow).await;
        until(servers[1].address(), "INFO replication", "master_link_status:up").await;
        let mut sentinels = Vec::new();
        for _ in 0..3 {
            sentinels.push(sentinel(master).await);
        }
        for (_, address) in &sentinels {
            until(*address, "INFO sentinel", "slaves=1,sentinels=3").await;
        }
        Self { servers, sentinels }
    }

    /// The URLs of the sentinels.
    pub fn urls(&self) -> Vec<String> {
        self.sentinels.iter().map(|(_, address)| format!("redis://{address}")).collect()
    }

    /// The URL that stands for the master.
    pub fn master_url(&self) -> String {
        format!("redis://{MASTER}")
    }

    /// The master at first.
    pub fn master(&self) -> &Redis {
        &self.servers[0]
    }

    /// The replica at first.
    pub fn replica(&self) -> &Redis {
        &self.servers[1]
    }

    /// Has the sentinels make the replica the master in good order, and waits for it.
    pub async fn fail_over(&self) {
        ask(self.sentinels[0].1, &format!("SENTINEL FAILOVER {MASTER}")).await;
        self.until_replaced().await;
    }

    /// Waits until the replica is the master, and every sentinel says so.
    pub async fn until_replaced(&self) {
        let address = format!("address={},", self.replica().address());
        for (_, sentinel) in &self.sentinels {
            until(*sentinel, "INFO sentinel", &address).await;
        }
        until(self.replica().address(), "INFO replication", "role:master").await;
    }

    /// Waits until the first master follows the other. Until then both take writes, and what it took is lost.
    pub async fn until_demoted(&self) {
        until(self.master().address(), "INFO replication", "master_link_status:up").await;
    }
}

async fn sentinel(master: SocketAddr) -> (TempDirectory, SocketAddr) {
    for _ in 0..10 {
        let directory = TempDirectory::new("TERM");
        let address = free_address();
        let settings = format!(
            "bind 127.0.0.1\nport {}\nsentinel monitor {MASTER} {} {} 2\n\
             sentinel down-after-milliseconds {MASTER} 500\nsentinel failover-timeout {MASTER} 3000\n",
            address.port(),
            master.ip(),
            master.port()
        );
        let file = directory.path().join("sentinel.conf");
        fs::write(&file, settings).expect("the directory is ours");
        let mut command = Command::new("redis-server");
        command.arg(&file).arg("--sentinel");
        let up = async || TcpStream::connect(address).await.is_ok();
        if directory.launch(&mut command, up).await {
            return (directory, address);
        }
    }
    panic!("no sentinel starts");
}

/// Waits until the server says this.
async fn until(server: SocketAddr, command: &str, text: &str) {
    for _ in 0..1200 {
        if ask(server, command).await.contains(text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("`{command}` never says {text}:\n{}", ask(server, command).await);
}
