//! A master, a replica and three sentinels; the master dies.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use session_core::{Now, Store as _};
use session_redis::RedisStore;
use session_test_support::resilience::STALL;
use session_test_support::{Redis, TempDirectory, free_address};
use tokio::net::TcpStream;

use crate::sample::{Raw, error_chain, handle, insert_of, listed, stored};

async fn sentinel(master: SocketAddr) -> (TempDirectory, String) {
    let directory = TempDirectory::new("TERM");
    let address = free_address();
    let settings = format!(
        "bind 127.0.0.1\nport {}\nsentinel monitor mymaster {} {} 2\n\
         sentinel down-after-milliseconds mymaster 500\nsentinel failover-timeout mymaster 3000\n",
        address.port(),
        master.ip(),
        master.port()
    );
    let file = directory.path().join("sentinel.conf");
    fs::write(&file, settings).unwrap();
    let mut command = Command::new("redis-server");
    command.arg(&file).arg("--sentinel");
    let up = async || TcpStream::connect(address).await.is_ok();
    assert!(directory.launch(&mut command, up).await, "{}", directory.log());
    (directory, format!("redis://{address}"))
}

/// Waits until the server says this.
async fn until(url: &str, command: &str, text: &str) {
    let mut raw = Raw::connect(url).await;
    for _ in 0..1200 {
        if raw.ask::<String>(command).await.contains(text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("`{command}` never says {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_master_is_found_when_one_dies() {
    let (master, replica) = (Redis::start().await, Redis::start().await);
    let address = master.address();
    let mut raw = Raw::connect(&replica.url()).await;
    raw.ask::<String>(&format!("REPLICAOF {} {}", address.ip(), address.port())).await;
    until(&replica.url(), "INFO replication", "master_link_status:up").await;
    let sentinels = [sentinel(address).await, sentinel(address).await, sentinel(address).await];
    let urls: Vec<&String> = sentinels.iter().map(|(_, url)| url).collect();
    for url in &urls {
        until(url, "INFO sentinel", "slaves=1,sentinels=3").await;
    }

    let unknown = RedisStore::sentinel(&urls, "redis://another").await;
    let told = error_chain(&unknown.expect_err("nobody knows it"));
    assert!(told.contains("no master of this name"), "{told}");

    // The first address is of nobody: the next is asked.
    let nobody = format!("redis://{}", free_address());
    let with_nobody = std::iter::once(&nobody).chain(urls);
    let store = RedisStore::sentinel(with_nobody, "redis://mymaster").await.unwrap();
    let record = stored(&store, insert_of("ann")).await;
    until(&replica.url(), "DBSIZE", "2").await;
    master.kill();
    let began = Instant::now();
    let mut failed = 0;
    while began.elapsed() < Duration::from_mins(1) {
        let call = Instant::now();
        let answer = store.load(handle(), Now::Store).await;
        assert!(call.elapsed() < Duration::from_secs(2) + STALL, "{:?}", call.elapsed());
        if answer.is_ok() {
            println!("{:?} after the master's death, {failed} calls failed", began.elapsed());
            assert_eq!(listed(&store, "ann").await, [record.handle]);
            stored(&store, insert_of("ann")).await;
            return;
        }
        failed += 1;
    }
    panic!("the next master is not found");
}
