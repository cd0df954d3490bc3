//! Live sessions that are kept in their cookies.

use std::time::Duration;

use session_axum::{EndReason, ErrorKind, MemoryStore, Reach, Sessions};
use session_tests::settings::ring;
use session_tests::{ProbedStore, TestStore, on_each_store};
use tokio::time::Instant;

use super::app::{Guest, Learns, Node, end, goes_on, short};

on_each_store!(a_log_out_is_seen_on_another_node,);

async fn a_log_out_is_seen_on_another_node<S: TestStore>(store: S) {
    for learns in [Learns::ByAsking, Learns::ByFeed] {
        let (here, there) = (Node::sealed(&store, learns), Node::sealed(&store, learns));
        let (mut client, other) = (here.log_in_as("ann").await, here.log_in_as("ann").await);
        let (live, far) = (here.live(&client).await, there.live(&client).await);
        let others = here.live(&other).await;
        assert_eq!(far.reach(), Reach::EveryNode);
        client.post("/log-out").await.ok();
        assert_eq!(live.end_reason(), Some(EndReason::Destroyed));
        assert_eq!(end(&far).await, EndReason::Unknown);
        goes_on(&others).await;
    }
}

fn node() -> Node<MemoryStore> {
    Node::sealed(&MemoryStore::new(), Learns::ByAsking)
}

/// A log-in and a rotation have another handle.
#[tokio::test]
async fn a_new_cookie_of_the_same_session_goes_on_here() {
    let node = node();
    let mut client = node.newcomer();
    client.post("/visit").await.ok();
    let live = node.live(&client).await;
    for path in ["/visit", "/log-in/ann", "/rotate", "/visit", "/log-in/ann"] {
        client.post(path).await.ok();
        goes_on(&live).await;
        assert_eq!(live.handle(), Some(node.handle(&client).await), "{path}");
    }
    client.post("/log-in/bob").await.ok();
    assert_eq!(end(&live).await, EndReason::PrincipalChanged);
}

#[tokio::test]
async fn who_logs_in_is_who_it_is_live_for() {
    let node = node();
    let mut client = node.log_in_as("ann").await;
    client.post("/log-in-live/bob").await.ok();
    let bobs = node.last_live();
    goes_on(&bobs).await;
    assert_eq!(bobs.handle(), Some(node.handle(&client).await));
    client.post("/nobody").await.ok();
    assert_eq!(end(&bobs).await, EndReason::PrincipalChanged);
}

#[tokio::test]
async fn a_limit_ends_it_unless_this_process_renews_it() {
    let store = ProbedStore::new(MemoryStore::new());
    let builder = Sessions::<Guest>::sealed_cookie(ring()).revocations(store.clone());
    let builder = builder.lifetime(short(60_000, 4000)).check_every(Duration::from_millis(50));
    let node = Node::built(store, builder);
    let (mut client, live) = node.live_after_log_in("ann").await;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        goes_on(&live).await;
        client.get("/handle").await.ok();
    }
    assert!(matches!(live.used().await, Err(ErrorKind::NotStored)), "only a response renews it");
    assert_eq!(end(&live).await, EndReason::Expired);
}

#[tokio::test]
async fn without_a_list_of_what_was_ended_it_reaches_as_far_as_this_process() {
    let store = ProbedStore::new(MemoryStore::new());
    let sealed = || Sessions::<Guest>::sealed_cookie(ring()).accept_replay_until_expiry();
    let (here, there) = (Node::built(store.clone(), sealed()), Node::built(store, sealed()));
    let mut client = here.log_in_as("ann").await;
    let (live, far) = (here.live(&client).await, there.live(&client).await);
    assert_eq!(far.reach(), Reach::ThisProcess);
    client.post("/log-out").await.ok();
    assert_eq!(live.end_reason(), Some(EndReason::Destroyed));
    goes_on(&far).await;
}
