//! A master, a replica and three sentinels; the master dies.

use std::time::{Duration, Instant};

use session_core::store::Ending;
use session_core::{Now, Store as _};
use session_redis::RedisStore;
use session_test_support::resilience::STALL;
use session_test_support::{RedisSentinel, free_address};

use crate::sample::{
    Raw, error_chain, feed, handle, insert_of, listed, over, stored, tells, until_open, up_to_date,
};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_master_is_found_when_one_dies() {
    let watched = RedisSentinel::start().await;
    let unknown = RedisStore::sentinel(watched.urls(), "redis://another").await;
    let told = error_chain(&unknown.expect_err("nobody knows it"));
    assert!(told.contains("no master of this name"), "{told}");

    // The first address is of nobody: the next is asked.
    let nobody = format!("redis://{}", free_address());
    let with_nobody = std::iter::once(nobody).chain(watched.urls());
    let store = RedisStore::sentinel(with_nobody, &watched.master_url()).await.unwrap();
    let record = stored(&store, insert_of("ann")).await;
    until(&watched.replica().url(), "DBSIZE", "2").await;
    watched.master().kill();
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
    let watched = RedisSentinel::start().await;
    let store = RedisStore::sentinel(watched.urls(), &watched.master_url()).await.unwrap();
    let mut feed = feed(&store).await;
    up_to_date(&mut feed).await;
    watched.master().freeze();
    assert_eq!(over(&mut feed).await, [], "no proof of life");
    watched.until_replaced().await;
    until_open(&store).await;
    tells(&store).await;
    watched.master().thaw();
    tells(&store).await;

    // Both live: the sentinels close the subscribed connections to the master that they demote.
    let mut feed = self::feed(&store).await;
    until(&watched.master().url(), "INFO replication", "master_link_status:up").await;
    let mut raw = Raw::connect(&watched.urls()[0]).await;
    raw.ask::<String>("SENTINEL FAILOVER mymaster").await;
    let told = over(&mut feed).await;
    assert!(told.iter().all(|ending| *ending == Ending::UpToDate), "{told:?}");
    until(&watched.master().url(), "INFO replication", "role:master").await;
    until_open(&store).await;
    tells(&store).await;
}

/// It hangs, is replaced, and answers again before the sentinels demote it. What it takes then would be lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_to_a_master_that_was_replaced_and_still_answers() {
    let watched = RedisSentinel::start().await;
    let store = RedisStore::sentinel(watched.urls(), &watched.master_url()).await.unwrap();
    watched.master().freeze();
    watched.until_replaced().await;
    // Twice as long as from one question to the next.
    tokio::time::sleep(Duration::from_secs(2)).await;
    watched.master().thaw();
    let record = stored(&store, insert_of("ann")).await;
    let key = format!("EXISTS session:{}", record.handle);
    assert_eq!(Raw::connect(&watched.replica().url()).await.ask::<i64>(&key).await, 1);
}
