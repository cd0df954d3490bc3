//! How a node asks the store for its live sessions.

use std::time::Duration;

use session_axum::testing::{Clock, sign_in};
use session_axum::{BuildError, EndReason, Live, MemoryStore, Sessions};
use session_tests::{Call, Fault, TestStore, on_each_store};

use super::app::{Guest, Learns, Node, end, goes_on};

on_each_store!(many_are_asked_for_together, while_the_store_is_down_nothing_ends,);

/// Live sessions of so many guests.
async fn many<S: TestStore>(node: &Node<S>, guests: usize) -> Vec<Live> {
    let mut lives = Vec::new();
    for guest in 0..guests {
        let user = Some(format!("guest-{guest}"));
        sign_in(&node.state.sessions, Guest { user, ..Guest::default() }).await;
        let handle = *node.store.inserted().last().expect("somebody has signed in");
        lives.push(node.state.sessions.live(&handle).await.expect("it is stored"));
    }
    lives
}

fn count(calls: &[Call], call: Call) -> usize {
    calls.iter().filter(|other| **other == call).count()
}

async fn many_are_asked_for_together<S: TestStore>(store: S) {
    let node =
        Node::with(&store, Learns::ByAsking, |builder| builder.check_every(Duration::from_secs(1)));
    let lives = many(&node, 200).await;
    goes_on(&lives[0]).await;
    node.store.take_calls();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let calls = node.store.take_calls();
    // Two rounds, each spread over ten moments.
    let asked = count(&calls, Call::Alive);
    assert!((8..=30).contains(&asked), "{asked} questions for 200 sessions in two rounds");
    assert_eq!(count(&calls, Call::Load), 0, "whose they are is known");
    let other = Node::new(&store, Learns::ByAsking);
    for live in &lives[..5] {
        assert!(other.state.sessions.revoke(&live.handle().unwrap()).await.unwrap());
    }
    for live in &lives[..5] {
        assert_eq!(end(live).await, EndReason::Unknown);
    }
    assert!(lives[5..].iter().all(|live| live.end_reason().is_none()));
    // Nobody waits any more, and nobody is asked for.
    drop(lives);
    tokio::time::sleep(Duration::from_millis(300)).await;
    node.store.take_calls();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(count(&node.store.take_calls(), Call::Alive), 0);
}

async fn while_the_store_is_down_nothing_ends<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let client = node.log_in_as("ann").await;
    let live = node.live(&client).await;
    let handle = node.handle(&client).await;
    node.store.inject(Call::Alive, Fault::Fails);
    goes_on(&live).await;
    assert!(store.delete(handle, None, session_core::Now::Store).await.unwrap());
    goes_on(&live).await;
    node.store.heal();
    assert_eq!(end(&live).await, EndReason::Unknown);
}

/// A question is on its way while the session becomes another's by a request that is live for that one.
#[tokio::test]
async fn an_answer_from_before_a_log_in_ends_nothing() {
    let node = Node::new(&MemoryStore::new(), Learns::ByAsking);
    let mut client = node.log_in_as("ann").await;
    let anns = node.live(&client).await;
    let gate = node.store.pause(Call::Alive);
    gate.reached().await;
    client.post("/log-in-live/bob").await.ok();
    let bobs = node.last_live();
    gate.open();
    assert_eq!(end(&anns).await, EndReason::PrincipalChanged);
    goes_on(&bobs).await;
}

#[tokio::test]
async fn a_clock_of_ones_own_passes_limits_too() {
    for learns in [Learns::ByAsking, Learns::ByFeed] {
        let clock = Clock::new();
        let node = Node::with(&MemoryStore::new(), learns, |builder| builder.clock(clock.reader()));
        let live = node.live(&node.log_in_as("ann").await).await;
        for _ in 0..3 {
            clock.advance(Duration::from_mins(59));
            goes_on(&live).await;
            live.used().await.unwrap();
        }
        clock.advance(Duration::from_hours(1));
        assert_eq!(end(&live).await, EndReason::Expired);
    }
}

#[test]
fn nobody_is_asked_without_a_pause() {
    let builder = Sessions::<Guest>::builder(MemoryStore::new()).check_every(Duration::ZERO);
    assert_eq!(builder.build().err(), Some(BuildError::ZeroCheck));
}

/// Under a feed that proves that it misses nothing, each is asked for in one interval of twelve.
#[tokio::test(start_paused = true)]
async fn what_is_told_is_hardly_asked_for() {
    let node = Node::with(&MemoryStore::new(), Learns::ByFeed, |builder| {
        builder.check_every(Duration::from_secs(3))
    });
    let lives = many(&node, 50).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    node.store.take_calls();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let calls = node.store.take_calls();
    assert!(calls.len() <= 2 && calls.iter().all(|call| *call == Call::Alive), "{calls:?}");
    assert!(lives.iter().all(|live| live.end_reason().is_none()));
}
