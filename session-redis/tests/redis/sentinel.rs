//! A master, a replica and three sentinels; the master dies.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use session_core::store::Ending;
use session_core::{Now, Store as _};
use session_redis::RedisStore;
use session_test_support::resilience::STALL;
use session_test_support::{Redis, TempDirectory, free_address};
use tokio::net::TcpStream;

use crate::sample::{
    Raw, error_chain, feed, handle, insert_of, listed, over, stored, tells, until_open, up_to_date,
};

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

/// Waits until the server says this. A sentinel that gives it another role closes its connections.
async fn until(url: &str, command: &str, text: &str) {
    let client = redis::Client::open(url).unwrap();
    let mut words = redis::Cmd::new();
    words.arg(command.split(' ').collect::<Vec<_>>());
    let ask = async || {
        let mut connection = client.get_multiplexed_async_connection().await?;
        words.query_async::<String>(&mut connection).await
    };
    for _ in 0..1200 {
        if ask().await.is_ok_and(|told| told.contains(text)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("`{command}` never says {text}");
}

/// A master, its replica, and the sentinels that watch over them.
struct Watched {
    master: Redis,
    replica: Redis,
    sentinels: Vec<(TempDirectory, String)>,
}

impl Watched {
    async fn start() -> Self {
        let (master, replica) = (Redis::start().await, Redis::start().await);
        let address = master.address();
        let mut raw = Raw::connect(&replica.url()).await;
        raw.ask::<String>(&format!("REPLICAOF {} {}", address.ip(), address.port())).await;
        until(&replica.url(), "INFO replication", "master_link_status:up").await;
        let mut sentinels = Vec::new();
        for _ in 0..3 {
            sentinels.push(sentinel(address).await);
        }
        for (_, url) in &sentinels {
            until(url, "INFO sentinel", "slaves=1,sentinels=3").await;
        }
        Self { master, replica, sentinels }
    }

    fn urls(&self) -> impl Iterator<Item = &String> {
        self.sentinels.iter().map(|(_, url)| url)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_master_is_found_when_one_dies() {
    let watched = Watched::start().await;
    let unknown = RedisStore::sentinel(watched.urls(), "redis://another").await;
    let told = error_chain(&unknown.expect_err("nobody knows it"));
    assert!(told.contains("no master of this name"), "{told}");

    // The first address is of nobody: the next is asked.
    let nobody = format!("redis://{}", free_address());
    let with_nobody = std::iter::once(&nobody).chain(watched.urls());
    let store = RedisStore::sentinel(with_nobody, "redis://mymaster").await.unwrap();
    let record = stored(&store, insert_of("ann")).await;
    until(&watched.replica.url(), "DBSIZE", "2").await;
    watched.master.kill();
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

/// Its connection is open, and what ends now is told at the next master alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_of_a_master_that_was_replaced_is_over_and_a_new_one_tells() {
    let watched = Watched::start().await;
    let store = RedisStore::sentinel(watched.urls(), "redis://mymaster").await.unwrap();
    let mut feed = feed(&store).await;
    up_to_date(&mut feed).await;
    watched.master.freeze();
    assert_eq!(over(&mut feed).await, [], "no proof of life");
    until(&watched.replica.url(), "INFO replication", "role:master").await;
    until_open(&store).await;
    tells(&store).await;
    watched.master.thaw();
    tells(&store).await;

    // Both live: the sentinels close the subscribed connections to the master that they demote.
    let mut feed = self::feed(&store).await;
    until(&watched.master.url(), "INFO replication", "master_link_status:up").await;
    let mut raw = Raw::connect(watched.urls().next().unwrap()).await;
    raw.ask::<String>("SENTINEL FAILOVER mymaster").await;
    let told = over(&mut feed).await;
    assert!(told.iter().all(|ending| *ending == Ending::UpToDate), "{told:?}");
    until(&watched.master.url(), "INFO replication", "role:master").await;
    until_open(&store).await;
    tells(&store).await;
}
