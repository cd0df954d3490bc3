//! Servers that freeze, die and are cut off; the application is not restarted.

use std::time::{Duration, Instant};

use session_core::store::Updated;
use session_core::{Now, Store as _, StoreError};
use session_redis::{RedisStore, Unreachable};
use session_test_support::resilience::{all_fail_in_time, loads_outlive_connections, recovered};
use session_test_support::{Proxy, Redis};
use tokio::task::JoinSet;

use crate::sample::{
    Raw, builder, connected, handle, insert, is_unchanged, loaded, stored, update_of, updated,
};

const DEADLINE: Duration = Duration::from_secs(3);

async fn store(url: &str) -> RedisStore {
    connected(builder().deadline(DEADLINE), url).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_freeze_everything_works_again() {
    let server = Redis::start().await;
    let store = store(&server.url()).await;
    let record = stored(&store, insert()).await;
    server.freeze();
    for _ in 0..2 {
        all_fail_in_time(&store, DEADLINE).await;
    }
    server.thaw();
    recovered(&store, &record, "a freeze").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_and_a_restart_what_was_acknowledged_is_there() {
    let server = Redis::durable().await;
    let store = store(&server.url()).await;
    let record = stored(&store, insert()).await;
    server.kill();
    for _ in 0..2 {
        all_fail_in_time(&store, DEADLINE).await;
    }
    let error = store.load(handle(), Now::Store).await.expect_err("nobody is there");
    let StoreError::Failed(cause) = &error else { panic!("{error:?}") };
    assert!(cause.downcast_ref::<Unreachable>().is_some(), "the cause is told: {cause:?}");
    server.restart().await;
    recovered(&store, &record, "a restart").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_black_hole_everything_works_again() {
    let server = Redis::start().await;
    let proxy = Proxy::before(server.address()).await;
    let store = store(&proxy.url(&server.url())).await;
    let record = stored(&store, insert()).await;
    proxy.black_hole().await;
    for _ in 0..2 {
        all_fail_in_time(&store, DEADLINE).await;
    }
    proxy.heal().await;
    recovered(&store, &record, "a black hole").await;
}

/// A caller with a shorter deadline than the store's leaves before the store can tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_connection_is_given_up_though_every_caller_left() {
    let server = Redis::start().await;
    let proxy = Proxy::before(server.address()).await;
    let store = store(&proxy.url(&server.url())).await;
    let record = stored(&store, insert()).await;
    proxy.half_open().await;
    let began = Instant::now();
    while began.elapsed() < DEADLINE {
        let load = store.load(record.handle, Now::Store);
        tokio::time::timeout(Duration::from_millis(20), load).await.expect_err("nobody answers");
    }
    proxy.heal().await;
    recovered(&store, &record, "everybody left").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_is_not_lost_to_a_connection_that_broke_or_fell_silent() {
    let server = Redis::start().await;
    let proxy = Proxy::before(server.address()).await;
    let store = store(&proxy.url(&server.url())).await;
    let record = stored(&store, insert()).await;
    loads_outlive_connections(&store, &proxy, &record, async || kill_clients(&server).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_not_lost_to_a_connection_that_the_server_closed_while_it_lay_idle() {
    let server = Redis::start().await;
    let store = store(&server.url()).await;
    for way in ["timeout", "kill", "kill", "kill"] {
        let record = stored(&store, insert()).await;
        if way == "kill" {
            kill_clients(&server).await;
        }
        let mut raw = Raw::connect(&server.url()).await;
        if way == "timeout" {
            raw.ask::<String>("CONFIG SET timeout 1").await;
        }
        while !raw.ask::<String>("INFO clients").await.contains("connected_clients:1\r") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        raw.ask::<String>("CONFIG SET timeout 0").await;
        // The connection's end is noticed when its task next runs.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(matches!(updated(&store, update_of(&record)).await, Updated::Saved(_)), "{way}");
    }
}

/// What stands between has closed its side, and says so when something is sent.
#[tokio::test]
async fn a_write_is_not_lost_to_a_connection_that_was_forgotten_while_it_lay_idle() {
    let server = Redis::start().await;
    let proxy = Proxy::before(server.address()).await;
    let store = store(&proxy.url(&server.url())).await;
    for _ in 0..4 {
        let record = stored(&store, insert()).await;
        proxy.half_open().await;
        proxy.heal().await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(11)).await;
        tokio::time::resume();
        assert!(matches!(updated(&store, update_of(&record)).await, Updated::Saved(_)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_leaves_disturbs_nobody() {
    let server = Redis::start().await;
    let store = store(&server.url()).await;
    let record = stored(&store, insert()).await;
    for micros in 0..400 {
        let load = store.load(record.handle, Now::Store);
        let _ = tokio::time::timeout(Duration::from_micros(micros), load).await;
        let update = store.insert(insert(), Now::Store);
        let _ = tokio::time::timeout(Duration::from_micros(micros), update).await;
        assert!(is_unchanged(&store, &record).await);
    }
    let mut raw = Raw::connect(&server.url()).await;
    let connected: String = raw.ask("INFO clients").await;
    assert!(connected.contains("connected_clients:2"), "one connection served all: {connected}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_beyond_the_waiting_limit_are_refused_at_once() {
    let server = Redis::start().await;
    let store = connected(builder().waiting(8), &server.url()).await;
    server.freeze();
    let mut calls: JoinSet<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            async move { store.load(handle(), Now::Store).await }
        })
        .collect();
    for _ in 0..12 {
        let first = calls.join_next().await.expect("there are more").expect("no panic");
        assert!(matches!(first, Err(StoreError::Overloaded(8))), "{first:?}");
    }
    server.thaw();
    for late in calls.join_all().await {
        assert_eq!(late.expect("it was only late"), None);
    }
    assert!(loaded(&store, handle()).await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_became_a_replica_answers_no_reads_and_no_writes() {
    let master = Redis::start().await;
    let server = Redis::start().await;
    let store = store(&server.url()).await;
    let record = stored(&store, insert()).await;
    let mut raw = Raw::connect(&server.url()).await;
    let address = master.address();
    raw.ask::<String>(&format!("REPLICAOF {} {}", address.ip(), address.port())).await;
    // While it copies the master's data it may answer that it is loading.
    while !raw.ask::<String>("INFO replication").await.contains("master_link_status:up") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for error in [
        store.load(record.handle, Now::Store).await.map(drop),
        store.update(update_of(&record), Now::Store).await.map(drop),
    ] {
        let told = crate::sample::error_chain(&error.expect_err("it is no master"));
        assert!(told.contains("read only replica"), "{told}");
    }
    raw.ask::<String>("REPLICAOF NO ONE").await;
    stored(&store, insert()).await;
}

/// The last attempt is cut short, and says nothing of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_does_not_come_in_time_is_told_with_what_came_before() {
    let server = Redis::start().await;
    // Real time passes: the freeze has to come in the second half of it.
    let deadline = Duration::from_secs(12);
    let store = connected(builder().deadline(deadline), &server.url()).await;
    let mut raw = Raw::connect(&server.url()).await;
    raw.ask::<String>("CONFIG SET busy-reply-threshold 1").await;
    let busy = tokio::spawn(async move {
        raw.lost("EVAL", &["while true do end", "0"]).await;
    });
    // Until the script runs, the server answers.
    let mut other = Raw::connect(&server.url()).await;
    while other.is_answered().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let load = tokio::spawn({
        let store = store.clone();
        async move { store.load(handle(), Now::Store).await }
    });
    tokio::time::sleep(deadline * 3 / 4).await;
    server.freeze();
    let error = load.await.unwrap().expect_err("it was busy, and then gone");
    // It would not end by itself.
    server.kill();
    busy.await.unwrap();
    let told = crate::sample::error_chain(&error);
    assert!(told.contains("BUSY") && told.contains("12s"), "{told}");
}

#[tokio::test]
async fn a_master_that_misses_its_replicas_answers_no_reads_and_no_writes() {
    let server = Redis::start().await;
    let store = store(&server.url()).await;
    let record = stored(&store, insert()).await;
    let mut raw = Raw::connect(&server.url()).await;
    raw.ask::<String>("CONFIG SET min-replicas-to-write 1").await;
    for error in [
        store.load(record.handle, Now::Store).await.map(drop),
        store.update(update_of(&record), Now::Store).await.map(drop),
    ] {
        let told = crate::sample::error_chain(&error.expect_err("it has no replica"));
        assert!(told.contains("good replicas"), "{told}");
    }
    raw.ask::<String>("CONFIG SET min-replicas-to-write 0").await;
    assert!(is_unchanged(&store, &record).await);
}

/// Ends every other connection of the server.
async fn kill_clients(server: &Redis) {
    let mut raw = Raw::connect(&server.url()).await;
    let killed: i64 = raw.ask("CLIENT KILL TYPE normal SKIPME yes").await;
    assert!(killed > 0, "the store is connected");
}
