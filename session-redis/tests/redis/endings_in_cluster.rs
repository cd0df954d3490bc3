//! The feed of endings in a cluster: each node passes on what any has published, and none proves that it has.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use session_core::store::{Ending, Endings, Inserted, LogIn};
use session_core::{Handle, Now, Store as _};
use session_redis::RedisStore;
use session_test_support::RedisCluster;
use session_test_support::resilience::STALL;
use tokio::time::{sleep, timeout};

use crate::sample::{
    HOUR, Raw, builder, cluster_store, feed, insert, insert_of, over, saved, shared_cluster,
    stored, until_open, update_of, with,
};

const DEADLINE: Duration = Duration::from_secs(4);

/// Waits until the feed has told of all of these, and nothing else.
async fn told(feed: &mut Endings, handles: &[Handle], what: &str) {
    let mut left: BTreeSet<Handle> = handles.iter().copied().collect();
    while !left.is_empty() {
        let ending = timeout(STALL, feed.next()).await.expect(what).expect("the feed goes on");
        let Ending::Of(handle) = ending else { panic!("{what}: {ending:?}") };
        assert!(left.remove(&handle), "{what}: {handle}");
    }
}

#[tokio::test]
async fn each_way_to_end_sessions_is_told_wherever_they_are() {
    let store = cluster_store().await;
    let feed = &mut feed(&store).await;
    // On all nodes.
    let mut handles = Vec::new();
    for _ in 0..60 {
        handles.push(stored(&store, insert_of("ann")).await.handle);
    }
    for handle in &handles[..20] {
        assert!(store.delete(*handle, None, Now::Store).await.unwrap());
    }
    told(feed, &handles[..20], "delete").await;
    for handle in &handles[20..40] {
        assert!(store.delete(*handle, Some(HOUR), Now::Store).await.unwrap());
    }
    told(feed, &handles[20..40], "delete with memory").await;
    let ended = store.delete_all("ann", Some(handles[40]), Now::Store).await.unwrap();
    assert_eq!(ended.live, 19);
    told(feed, &handles[41..], "delete_all").await;
    let limit = LogIn::new(Some(ended.now.plus(HOUR)), NonZeroU32::new(1));
    let ann = stored(&store, with(insert_of("ann"), |insert| insert.log_in = limit)).await;
    told(feed, &handles[40..41], "a limit").await;
    let to_bob = with(update_of(&ann), |update| {
        update.principal = Some("bob".into());
        update.authenticated = Some(HOUR);
    });
    let bob = saved(&store, to_bob).await;
    told(feed, &[bob.handle], "to another principal").await;
    let nobody = saved(&store, with(update_of(&bob), |update| update.principal = None)).await;
    told(feed, &[bob.handle], "to no principal").await;
    // A log-in of nobody and what goes on are not: the last comes next.
    let log_in = with(update_of(&nobody), |update| {
        update.principal = Some("carl".into());
        update.authenticated = Some(HOUR);
    });
    let carl = saved(&store, log_in).await;
    let carl = saved(&store, update_of(&carl)).await;
    assert!(store.touch(carl.handle, HOUR, Now::Store).await.unwrap());
    let last = stored(&store, insert()).await;
    store.delete(last.handle, None, Now::Store).await.unwrap();
    told(feed, &[last.handle], "nothing else").await;
}

#[tokio::test]
async fn no_answer_of_one_node_is_taken_for_that_of_all() {
    let store = cluster_store().await;
    let mut feed = feed(&store).await;
    let quiet = timeout(Duration::from_millis(3500), feed.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    let record = stored(&store, insert()).await;
    store.delete(record.handle, None, Now::Store).await.unwrap();
    told(&mut feed, &[record.handle], "it is up").await;
}

#[tokio::test]
async fn every_node_can_be_listened_to() {
    let store = cluster_store().await;
    let mut subscribed = BTreeSet::new();
    let mut feeds = Vec::new();
    for _ in 0..100 {
        feeds.push(feed(&store).await);
    }
    let record = stored(&store, insert()).await;
    store.delete(record.handle, None, Now::Store).await.unwrap();
    for feed in &mut feeds {
        told(feed, &[record.handle], "each is told").await;
    }
    for url in shared_cluster().await.urls() {
        let clients: String = Raw::connect(&url).await.ask("CLIENT LIST TYPE pubsub").await;
        if !clients.trim().is_empty() {
            subscribed.insert(url);
        }
    }
    assert!(subscribed.len() >= 3, "{subscribed:?}");
}

/// The nodes that somebody has subscribed to.
async fn subscribed(cluster: &RedisCluster) -> Vec<u16> {
    let mut ports = Vec::new();
    for node in cluster.nodes() {
        let mut raw = Raw::connect(&format!("redis://{}", node.address())).await;
        let clients: String = raw.ask("CLIENT LIST TYPE pubsub").await;
        if !clients.trim().is_empty() {
            ports.push(node.address().port());
        }
    }
    ports
}

/// Waits until there is a feed that tells what ends.
async fn tells_again(store: &RedisStore) {
    let began = Instant::now();
    while began.elapsed() < 6 * STALL {
        if let Ok(Some(mut feed)) = store.endings().await
            && let Some(handle) = ended(store).await
            && let Ok(Some(told)) = timeout(DEADLINE, feed.next()).await
        {
            return assert_eq!(told, Ending::Of(handle));
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("there is no feed again");
}

/// A session that has just ended, if the cluster works.
async fn ended(store: &RedisStore) -> Option<Handle> {
    let insert = insert();
    let handle = insert.handle;
    let Ok(Inserted::Saved(_)) = store.insert(insert, Now::Store).await else { return None };
    store.delete(handle, None, Now::Store).await.ok().map(|_| handle)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_of_a_node_that_freezes_or_dies_is_over() {
    let cluster = RedisCluster::start().await;
    let store = builder().deadline(DEADLINE).cluster(cluster.urls()).await.unwrap();

    let mut freezes = feed(&store).await;
    let node = cluster.node(subscribed(&cluster).await[0]);
    node.freeze();
    let began = Instant::now();
    assert_eq!(over(&mut freezes).await, []);
    println!("over {:?} after a freeze", began.elapsed());
    node.thaw();
    tells_again(&store).await;

    // The node that was frozen may not have found the others again, and then passes nothing on.
    let mut dies = until_open(&store).await;
    cluster.node(subscribed(&cluster).await[0]).kill();
    let began = Instant::now();
    assert_eq!(over(&mut dies).await, []);
    println!("over {:?} after a death", began.elapsed());
    tells_again(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_of_a_node_that_leaves_is_over() {
    let cluster = RedisCluster::start().await;
    let store = builder().deadline(DEADLINE).cluster(cluster.urls()).await.unwrap();
    let mut leaves = feed(&store).await;
    let port = subscribed(&cluster).await[0];
    Raw::connect(&format!("redis://127.0.0.1:{port}")).await.ask::<String>("CLUSTER RESET").await;
    let began = Instant::now();
    assert_eq!(over(&mut leaves).await, []);
    println!("over {:?} after it left", began.elapsed());
}
