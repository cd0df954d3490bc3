//! `health` of servers that cannot be written to.

use std::fs;
use std::time::Duration;

use session_core::{Now, Store as _};
use session_redis::RedisStore;
use session_test_support::{Redis, RedisCluster};

use crate::sample::{
    Raw, VAIN_DEADLINE, connected, error_chain, insert_of, is_unchanged, patient, stored,
};

/// The server cannot be written to, and `health` says so in these words, and changes nothing.
async fn unhealthy(store: &RedisStore, words: &str) {
    let error = store.health().await.expect_err(words);
    assert!(error_chain(&error).contains(words), "{}", error_chain(&error));
}

#[tokio::test]
async fn a_server_that_cannot_be_written_to_is_not_healthy() {
    let server = Redis::start().await;
    let store = connected(patient(), &server.url()).await;
    let mut raw = Raw::connect(&server.url()).await;
    let record = stored(&store, insert_of("ann")).await;
    let keys: i64 = raw.ask("DBSIZE").await;
    assert_eq!(store.health().await.unwrap().to_string(), "in order");
    for (setting, cure, words) in [
        ("maxmemory 1", "maxmemory 0", "OOM"),
        ("min-replicas-to-write 1", "min-replicas-to-write 0", "NOREPLICAS"),
    ] {
        raw.ask::<String>(&format!("CONFIG SET {setting}")).await;
        unhealthy(&store, words).await;
        store.insert(insert_of("ann"), Now::Store).await.expect_err(words);
        raw.ask::<String>(&format!("CONFIG SET {cure}")).await;
        assert_eq!(store.health().await.unwrap().to_string(), "in order");
    }
    assert!(is_unchanged(&store, &record).await);
    assert_eq!(raw.ask::<i64>("DBSIZE").await, keys);
    let store = connected(patient().deadline(VAIN_DEADLINE), &server.url()).await;
    server.kill();
    store.health().await.expect_err("nobody is there");
}

#[tokio::test]
async fn a_server_that_fails_to_save_is_not_healthy() {
    let server = Redis::start().await;
    let store = connected(patient(), &server.url()).await;
    let mut raw = Raw::connect(&server.url()).await;
    stored(&store, insert_of("ann")).await;
    // A file cannot take a directory's place.
    fs::create_dir(server.directory().join("dump.rdb")).unwrap();
    raw.ask_words::<String>(&["CONFIG", "SET", "save", "3600 1000000"]).await;
    raw.ask::<String>("BGSAVE").await;
    while !raw.ask::<String>("INFO persistence").await.contains("rdb_last_bgsave_status:err") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    unhealthy(&store, "MISCONF").await;
    raw.ask::<String>("CONFIG SET stop-writes-on-bgsave-error no").await;
    let health = store.health().await.unwrap().to_string();
    assert!(health.contains("last snapshot failed"), "{health}");
    fs::remove_dir(server.directory().join("dump.rdb")).unwrap();
    raw.ask::<String>("SAVE").await;
    assert_eq!(store.health().await.unwrap().to_string(), "in order");
}

#[tokio::test]
async fn a_replica_is_not_healthy() {
    let (master, server) = (Redis::start().await, Redis::start().await);
    let store = connected(patient().deadline(VAIN_DEADLINE), &server.url()).await;
    let mut raw = Raw::connect(&server.url()).await;
    let address = master.address();
    raw.ask::<String>(&format!("REPLICAOF {} {}", address.ip(), address.port())).await;
    while !raw.ask::<String>("INFO replication").await.contains("master_link_status:up") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    unhealthy(&store, "read only replica").await;
    raw.ask::<String>("REPLICAOF NO ONE").await;
    assert_eq!(store.health().await.unwrap().to_string(), "in order");
}

#[tokio::test]
async fn a_cluster_is_healthy_but_for_the_nodes_that_are_not() {
    let cluster = RedisCluster::start().await;
    let store = patient().cluster(cluster.urls()).await.unwrap();
    assert_eq!(store.health().await.unwrap().to_string(), "in order");
    // The first three are the masters.
    let mut raws = Vec::new();
    for node in &cluster.nodes()[..3] {
        raws.push(Raw::connect(&format!("redis://{}", node.address())).await);
    }
    raws[0].ask::<String>("CONFIG SET maxmemory 1").await;
    let health = store.health().await.unwrap();
    let address = cluster.nodes()[0].address().to_string();
    let told = |one: &String| one.contains(&address) && one.contains("OOM");
    assert!(matches!(health.warnings(), [one] if told(one)), "{health}");
    for raw in &mut raws[1..] {
        raw.ask::<String>("CONFIG SET maxmemory 1").await;
    }
    unhealthy(&store, "OOM").await;
}
