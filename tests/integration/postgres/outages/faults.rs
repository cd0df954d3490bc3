//! The faults: a database that is frozen, killed, silent, half open or cut off, under mixed load.

use std::time::Duration;

use session_test_support::{Postgres, Proxy};
use tokio::task::block_in_place;
use tokio::time::sleep;

use super::outage::Outage;

/// Longer than two deadlines: who waits for an answer when it begins still comes in, waits and gives up within it.
const WHILE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_a_database_that_is_frozen_for_ten_seconds() {
    let server = Postgres::durable().await;
    let outage = Outage::of("frozen", &server.database().await).await;
    block_in_place(|| server.freeze());
    outage.lasts(Duration::from_secs(10)).await;
    block_in_place(|| server.thaw());
    outage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_a_database_that_is_killed_and_restarted() {
    let server = Postgres::durable().await;
    let outage = Outage::of("killed", &server.database().await).await;
    block_in_place(|| server.kill());
    outage.lasts(WHILE).await;
    server.restart().await;
    outage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_a_fail_over_to_a_standby() {
    let server = Postgres::durable().await;
    let url = server.database().await;
    let standby = server.standby().await;
    let outage = Outage::of("fail-over", &server.url_or(&standby, &url)).await;
    block_in_place(|| server.kill());
    outage.lasts(WHILE).await;
    standby.promote().await;
    // What is written there would wait for a standby of its own.
    standby.set("synchronous_standby_names", "").await;
    outage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_a_network_that_swallows_everything() {
    let server = Postgres::durable().await;
    let proxy = Proxy::before(server.address()).await;
    let outage = Outage::of("black hole", &proxy.url(&server.database().await)).await;
    proxy.black_hole().await;
    outage.lasts(WHILE).await;
    proxy.heal().await;
    outage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_connections_that_the_server_has_forgotten() {
    let server = Postgres::durable().await;
    let proxy = Proxy::before(server.address()).await;
    let outage = Outage::of("half open", &proxy.url(&server.database().await)).await;
    proxy.half_open().await;
    outage.lasts(WHILE).await;
    proxy.heal().await;
    outage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_connections_that_are_cut() {
    let server = Postgres::durable().await;
    let proxy = Proxy::before(server.address()).await;
    let outage = Outage::of("cut", &proxy.url(&server.database().await)).await;
    proxy.cut().await;
    outage.lasts(WHILE).await;
    proxy.heal().await;
    outage.ends().await;
}

/// Each cut meets other requests at other points, on their way there or back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_to_connections_that_are_cut_again_and_again() {
    let server = Postgres::durable().await;
    let proxy = Proxy::before(server.address()).await;
    let outage = Outage::of("flickering", &proxy.url(&server.database().await)).await;
    for _ in 0..25 {
        proxy.cut().await;
        proxy.heal().await;
        sleep(Duration::from_millis(100)).await;
    }
    outage.ends().await;
}
