//! What ends a live session, on the node that does so and on another; and what does not.

use std::time::Duration;

use session_axum::EndReason;
use session_axum::testing::Clock;
use session_core::Now;
use session_tests::{TestStore, on_each_store};
use tokio::time::{Instant, sleep, timeout};

use super::app::{Learns, Node, PATIENCE, end, goes_on, short};

on_each_store!(
    with_keys;
    a_log_out_is_asked_for,
    a_log_out_is_told,
    a_revocation_of_one_is_asked_for,
    a_revocation_of_one_is_told,
    a_revocation_of_the_others_is_asked_for,
    a_revocation_of_the_others_is_told,
    a_revocation_by_the_state_is_asked_for,
    a_revocation_by_the_state_is_told,
    a_revocation_of_all_is_asked_for,
    a_revocation_of_all_is_told,
    a_log_in_too_many_is_asked_for,
    a_log_in_too_many_is_told,
    a_theft_is_asked_for,
    a_theft_is_told,
    another_principal_is_asked_for,
    another_principal_is_told,
    nobody_any_more_is_asked_for,
    nobody_any_more_is_told,
    a_record_that_somebody_deletes_is_asked_for,
    a_record_that_somebody_deletes_is_told,
    the_idle_limit_ends_it,
    the_absolute_limit_ends_it,
    what_is_used_elsewhere_goes_on,
    what_changes_nothing_of_whose_it_is_goes_on,
);

/// One node does something, and two are live: the same and another.
struct Nodes<S> {
    learns: Learns,
    here: Node<S>,
    there: Node<S>,
}

impl<S: TestStore> Nodes<S> {
    fn new(store: &S, learns: Learns) -> Self {
        Self { learns, here: Node::new(store, learns), there: Node::new(store, learns) }
    }
}

/// Nodes that ask the store.
async fn asking<S: TestStore>(store: S, test: impl AsyncFnOnce(&S, Nodes<S>)) {
    test(&store, Nodes::new(&store, Learns::ByAsking)).await;
}

/// Nodes that the store tells, and that hardly ask it.
async fn telling<S: TestStore>(store: S, test: impl AsyncFnOnce(&S, Nodes<S>)) {
    let feed = store.endings().await.expect("the store works");
    assert!(feed.is_some(), "the store has a feed");
    test(&store, Nodes::new(&store, Learns::ByFeed)).await;
}

async fn a_log_out_is_asked_for<S: TestStore>(store: S) {
    asking(store, log_out).await;
}

async fn a_log_out_is_told<S: TestStore>(store: S) {
    telling(store, log_out).await;
}

async fn a_revocation_of_one_is_asked_for<S: TestStore>(store: S) {
    asking(store, revoke).await;
}

async fn a_revocation_of_one_is_told<S: TestStore>(store: S) {
    telling(store, revoke).await;
}

async fn a_revocation_of_the_others_is_asked_for<S: TestStore>(store: S) {
    asking(store, revoke_others).await;
}

async fn a_revocation_of_the_others_is_told<S: TestStore>(store: S) {
    telling(store, revoke_others).await;
}

async fn a_revocation_by_the_state_is_asked_for<S: TestStore>(store: S) {
    asking(store, revoke_where).await;
}

async fn a_revocation_by_the_state_is_told<S: TestStore>(store: S) {
    telling(store, revoke_where).await;
}

async fn a_revocation_of_all_is_asked_for<S: TestStore>(store: S) {
    asking(store, revoke_all).await;
}

async fn a_revocation_of_all_is_told<S: TestStore>(store: S) {
    telling(store, revoke_all).await;
}

async fn a_log_in_too_many_is_asked_for<S: TestStore>(store: S) {
    asking(store, one_too_many).await;
}

async fn a_log_in_too_many_is_told<S: TestStore>(store: S) {
    telling(store, one_too_many).await;
}

async fn a_theft_is_asked_for<S: TestStore>(store: S) {
    asking(store, theft).await;
}

async fn a_theft_is_told<S: TestStore>(store: S) {
    telling(store, theft).await;
}

async fn another_principal_is_asked_for<S: TestStore>(store: S) {
    asking(store, another).await;
}

async fn another_principal_is_told<S: TestStore>(store: S) {
    telling(store, another).await;
}

async fn nobody_any_more_is_asked_for<S: TestStore>(store: S) {
    asking(store, nobody).await;
}

async fn nobody_any_more_is_told<S: TestStore>(store: S) {
    telling(store, nobody).await;
}

async fn a_record_that_somebody_deletes_is_asked_for<S: TestStore>(store: S) {
    asking(store, deleted).await;
}

async fn a_record_that_somebody_deletes_is_told<S: TestStore>(store: S) {
    telling(store, deleted).await;
}

async fn log_out<S: TestStore>(_: &S, Nodes { here, there, .. }: Nodes<S>) {
    let mut client = here.log_in_as("ann").await;
    let (live, far) = (here.live(&client).await, there.live(&client).await);
    let (other, another) = (here.log_in_as("ann").await, there.log_in_as("ann").await);
    let others = [here.live(&other).await, there.live(&another).await];
    client.post("/log-out").await.ok();
    assert_eq!(live.end_reason(), Some(EndReason::Destroyed), "before the answer");
    assert_eq!(end(&far).await, EndReason::Unknown);
    for other in others {
        goes_on(&other).await;
    }
}

async fn revoke<S: TestStore>(_: &S, Nodes { here, there, .. }: Nodes<S>) {
    let client = here.log_in_as("ann").await;
    let (live, far) = (here.live(&client).await, there.live(&client).await);
    let handle = here.handle(&client).await;
    assert!(here.state.sessions.revoke(&handle).await.unwrap());
    assert_eq!(end(&live).await, EndReason::Revoked);
    assert_eq!(end(&far).await, EndReason::Unknown);
}

async fn revoke_others<S: TestStore>(_: &S, Nodes { here, there, .. }: Nodes<S>) {
    let (client, other) = (here.log_in_as("ann").await, here.log_in_as("ann").await);
    let bob = here.live(&here.log_in_as("bob").await).await;
    let mine = here.live(&client).await;
    let (live, far) = (here.live(&other).await, there.live(&other).await);
    client.at(&here.router).post("/revoke-others").await.ok();
    assert_eq!(end(&live).await, EndReason::Revoked);
    assert_eq!(end(&far).await, EndReason::Unknown);
    goes_on(&mine).await;
    goes_on(&bob).await;
}

async fn revoke_where<S: TestStore>(_: &S, Nodes { here, there, .. }: Nodes<S>) {
    let (mut used, unused) = (here.log_in_as("ann").await, here.log_in_as("ann").await);
    used.post("/visit").await.ok();
    let other = here.live(&unused).await;
    let (live, far) = (here.live(&used).await, there.live(&used).await);
    let ann = "ann".to_owned();
    let ended = here.state.sessions.revoke_where(&ann, |guest| guest.visits > 0).await;
    assert_eq!(ended.unwrap(), 1);
    assert_eq!(end(&live).await, EndReason::Revoked);
    assert_eq!(end(&far).await, EndReason::Unknown);
    goes_on(&other).await;
}

async fn revoke_all<S: TestStore>(_: &S, Nodes { here, there, .. }: Nodes<S>) {
    let client = here.log_in_as("ann").await;
    let bob = here.live(&here.log_in_as("bob").await).await;
    let (live, far) = (here.live(&client).await, there.live(&client).await);
    here.state.sessions.revoke_all(&"ann".to_owned()).await.unwrap();
    assert_eq!(end(&live).await, EndReason::Revoked);
    assert_eq!(end(&far).await, EndReason::Unknown);
    goes_on(&bob).await;
}

async fn one_too_many<S: TestStore>(store: &S, Nodes { learns, there, .. }: Nodes<S>) {
    let here = Node::with(store, learns, |builder| builder.max_per_principal(2));
    let oldest = here.log_in_as("ann").await;
    let (live, far) = (here.live(&oldest).await, there.live(&oldest).await);
    let newer = here.live(&here.log_in_as("ann").await).await;
    assert_eq!(live.end_reason(), None);
    let newest = here.live(&here.log_in_as("ann").await).await;
    assert_eq!(end(&live).await, EndReason::Revoked);
    assert_eq!(end(&far).await, EndReason::Unknown);
    goes_on(&newer).await;
    goes_on(&newest).await;
}

/// The secret from before a log-in is shown when that is long known to the browser.
async fn theft<S: TestStore>(store: &S, Nodes { learns, .. }: Nodes<S>) {
    let clock = Clock::new();
    let here = Node::with(store, learns, |builder| builder.clock(clock.reader()));
    let there = Node::with(store, learns, |builder| builder.clock(clock.reader()));
    let mut client = here.newcomer();
    client.post("/visit").await.ok();
    let thief = client.clone();
    client.post("/log-in/ann").await.ok();
    client.post("/visit").await.ok();
    clock.advance(Duration::from_mins(1));
    let (live, far) = (here.live(&client).await, there.live(&client).await);
    thief.at(&here.router).post("/visit").await.ok();
    assert_eq!(end(&live).await, EndReason::Stolen);
    assert_eq!(end(&far).await, EndReason::Unknown);
}

async fn another<S: TestStore>(_: &S, Nodes { here, there, .. }: Nodes<S>) {
    let mut client = here.log_in_as("ann").await;
    let (live, far) = (here.live(&client).await, there.live(&client).await);
    client.post("/log-in/bob").await.ok();
    assert_eq!(end(&live).await, EndReason::PrincipalChanged);
    assert_eq!(end(&far).await, EndReason::PrincipalChanged);
    goes_on(&there.live(&client).await).await;
}

async fn nobody<S: TestStore>(_: &S, Nodes { here, there, .. }: Nodes<S>) {
    let mut client = here.log_in_as("ann").await;
    let (live, far) = (here.live(&client).await, there.live(&client).await);
    client.post("/nobody").await.ok();
    assert_eq!(end(&live).await, EndReason::PrincipalChanged);
    assert_eq!(end(&far).await, EndReason::PrincipalChanged);
}

async fn deleted<S: TestStore>(store: &S, Nodes { here, there, .. }: Nodes<S>) {
    let client = here.log_in_as("ann").await;
    let (live, far) = (here.live(&client).await, there.live(&client).await);
    let handle = here.handle(&client).await;
    assert!(store.delete(handle, None, Now::Store).await.unwrap());
    assert_eq!(end(&live).await, EndReason::Unknown);
    assert_eq!(end(&far).await, EndReason::Unknown);
}

async fn the_idle_limit_ends_it<S: TestStore>(store: S) {
    let lifetime = short(60_000, 4000);
    let node = Node::with(&store, Learns::ByFeed, |builder| builder.lifetime(lifetime));
    let (_, live) = node.live_after_log_in("ann").await;
    goes_on(&live).await;
    assert_eq!(end(&live).await, EndReason::Expired);
}

async fn the_absolute_limit_ends_it<S: TestStore>(store: S) {
    let lifetime = short(5000, 4000);
    let node = Node::with(&store, Learns::ByFeed, |builder| builder.lifetime(lifetime));
    let (_, live) = node.live_after_log_in("ann").await;
    let uses = async {
        while live.end_reason().is_none() {
            _ = live.used().await;
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(PATIENCE, uses).await.expect("it ends though it is used");
    assert_eq!(end(&live).await, EndReason::Expired);
}

/// Its deadline passes, and before it is ended the store is asked.
async fn what_is_used_elsewhere_goes_on<S: TestStore>(store: S) {
    let lifetime = || short(60_000, 4000);
    let node = Node::with(&store, Learns::ByFeed, |builder| builder.lifetime(lifetime()));
    let elsewhere = Node::with(&store, Learns::ByFeed, |builder| builder.lifetime(lifetime()));
    let (client, live) = node.live_after_log_in("ann").await;
    let mut client = client.at(&elsewhere.router);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        goes_on(&live).await;
        client.post("/visit").await.ok();
    }
}

async fn what_changes_nothing_of_whose_it_is_goes_on<S: TestStore>(store: S) {
    for learns in [Learns::ByAsking, Learns::ByFeed] {
        let nodes = Nodes::new(&store, learns);
        let mut client = nodes.here.newcomer();
        client.post("/visit").await.ok();
        let lives = [nodes.here.live(&client).await, nodes.there.live(&client).await];
        for path in ["/visit", "/rotate", "/log-in/ann", "/log-in/ann", "/visit", "/rotate"] {
            client.post(path).await.ok();
        }
        for live in &lives {
            goes_on(live).await;
        }
        // From somebody on it is that person's.
        client.post("/log-in/bob").await.ok();
        if learns == Learns::ByAsking {
            for live in &lives {
                assert_eq!(end(live).await, EndReason::PrincipalChanged);
            }
        }
    }
}
