//! The same program on each store, with keys, and over restarts.

use std::time::Duration;

use super::shop::Shop;
use session_test_support::{Postgres, Redis};

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_cleanly_on_ctrl_c() {
    let shop = Shop::open("memory:").await;
    shop.directory.interrupt();
    tokio::time::timeout(Duration::from_mins(1), async {
        while shop.directory.is_running() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("it stops");
    assert!(shop.directory.log().contains("stopped"), "{}", shop.directory.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_on_two_running_nodes_and_nobody_is_logged_out() {
    let database = Postgres::shared().await.database().await;
    let key = || session_axum::KeyRing::generate().expect("the system's random source works");
    let (old, new) = (key(), key());
    let start = async || Shop::start(&database, &[], Some(&old)).await;
    let nodes = [start().await, start().await];
    let jars = tempfile::tempdir().expect("a directory for the jar");
    let curl = |shop: &Shop, rest: &str| shop.curl(jars.path(), rest);
    curl(&nodes[0], "-d user=ann SHOP/login");
    let mut visits = 0;
    for keys in [old.clone(), format!("{old} next:{new}"), format!("{new} {old}"), new.clone()] {
        for restarted in &nodes {
            restarted.directory.kill();
            restarted.start_again(&database, Some(&keys)).await;
            for node in &nodes {
                visits += 1;
                assert_eq!(curl(node, "-X POST SHOP/visit"), visits.to_string());
                assert!(curl(node, "SHOP/me").contains("ann"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_program_runs_on_every_store() {
    let redis = Redis::start().await;
    let key = session_axum::KeyRing::generate().expect("the system's random source works");
    for store in ["sqlite:./quickstart.db", "memory:", &redis.url(), "cookie:"] {
        let shop = Shop::start(store, &[], Some(&key)).await;
        let jars = tempfile::tempdir().expect("a directory for the jar");
        let curl = |rest: &str| shop.curl(jars.path(), rest);
        curl("-X POST SHOP/visit");
        curl("-X POST SHOP/cart/tea");
        curl("-d user=ann SHOP/login");
        assert_eq!(curl("SHOP/me"), r#"{"user":"ann","visits":1,"cart":["tea"]}"#, "{store}");
        if !matches!(store, "memory:") {
            shop.directory.kill();
            shop.start_again(store, Some(&key)).await;
            assert_eq!(curl("SHOP/me"), r#"{"user":"ann","visits":1,"cart":["tea"]}"#, "{store}");
        }
        curl("-X POST SHOP/logout");
        assert_eq!(curl("SHOP/me"), r#"{"user":null,"visits":0,"cart":[]}"#, "{store}");
    }
}
