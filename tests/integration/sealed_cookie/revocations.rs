//! Revocations are remembered for as long as the session could have lived, and no longer.

use std::time::Duration;

use session_axum::{Builder, Handle, Lifetime, MemoryStore, Sessions, Store};
use session_core::Now;
use session_tests::{Client, TestStore, on_each_store};

use super::app::{Clock, Shop, key, ring, router, sessions};

on_each_store!(
    a_log_out_is_remembered_for_what_is_left_of_the_session,
    so_is_a_log_in_of_the_session_before_it,
    a_session_that_is_revoked_by_its_handle_is_forgotten_when_it_would_have_ended,
    of_a_remembered_session_it_is_remembered_for_as_long_as_that_lives,
);

/// How far the clocks of nodes may differ.
const CLOCK_SKEW: Duration = Duration::from_mins(5);
const ALMOST_CLOCK_SKEW: Duration = Duration::from_secs(299);

fn sealed(store: impl Store, key: &str) -> Builder<Shop> {
    Sessions::sealed_cookie(ring(key)).revocations(store).lifetime(Lifetime::AAL2)
}

/// Whether the store remembers the end of the session of this handle.
async fn is_remembered(store: &impl Store, handle: Handle, clock: &Clock) -> bool {
    store.load(handle, Now::At(clock.now())).await.expect("the store works").is_some()
}

async fn handle(client: &mut Client) -> Handle {
    client.get("/handle").await.ok().parse().expect("it is a handle")
}

/// A session of a day is logged out of an hour before its end.
async fn a_log_out_is_remembered_for_what_is_left_of_the_session<S: TestStore>(store: S) {
    let (clock, key) = (Clock::new(), key());
    let mut client = Client::new(&router(sealed(store.clone(), &key), &clock));
    client.post("/login/ann").await.ok();
    let handle = handle(&mut client).await;
    for _ in 0..23 {
        clock.advance(Duration::from_mins(59));
        client.get("/").await.ok();
    }
    clock.advance(Duration::from_mins(23));
    let mut copy = client.clone();
    client.post("/logout").await.ok();
    clock.advance(Duration::from_mins(59));
    assert_eq!(copy.get("/account").await.status, 401);
    clock.advance(Duration::from_mins(1));
    clock.advance(ALMOST_CLOCK_SKEW);
    assert!(is_remembered(&store, handle, &clock).await, "a node's clock may be behind");
    clock.advance(Duration::from_secs(1));
    assert!(!is_remembered(&store, handle, &clock).await);
    assert_eq!(copy.get("/account").await.status, 401, "it has ended by itself");
}

async fn so_is_a_log_in_of_the_session_before_it<S: TestStore>(store: S) {
    let (clock, key) = (Clock::new(), key());
    let mut client = Client::new(&router(sealed(store.clone(), &key), &clock));
    client.post("/visit").await.ok();
    let handle = handle(&mut client).await;
    clock.advance(Duration::from_mins(30));
    client.post("/login/ann").await.ok();
    clock.advance(Duration::from_mins(23 * 60 + 30) + ALMOST_CLOCK_SKEW);
    assert!(is_remembered(&store, handle, &clock).await);
    clock.advance(Duration::from_secs(1));
    assert!(!is_remembered(&store, handle, &clock).await);
}

async fn a_session_that_is_revoked_by_its_handle_is_forgotten_when_it_would_have_ended<
    S: TestStore,
>(
    store: S,
) {
    let (clock, key) = (Clock::new(), key());
    let mut client = Client::new(&router(sealed(store.clone(), &key), &clock));
    let sessions = sessions(sealed(store.clone(), &key), &clock);
    client.post("/login/ann").await.ok();
    let handle = handle(&mut client).await;
    clock.advance(Duration::from_mins(30));
    sessions.revoke(&handle).await.expect("the store works");
    assert_eq!(client.get("/account").await.status, 401);
    clock.advance(Duration::from_mins(23 * 60 + 30) + ALMOST_CLOCK_SKEW);
    assert!(is_remembered(&store, handle, &clock).await);
    clock.advance(Duration::from_secs(1));
    assert!(!is_remembered(&store, handle, &clock).await);
}

/// Whoever is remembered has 30 days. Of a handle alone nobody knows whether its session is one.
async fn of_a_remembered_session_it_is_remembered_for_as_long_as_that_lives<S: TestStore>(
    store: S,
) {
    let (clock, key) = (Clock::new(), key());
    let builder = || sealed(store.clone(), &key).lifetime(Lifetime::default());
    let (router, sessions) = (router(builder(), &clock), sessions(builder(), &clock));
    let mut handles = Vec::new();
    for log_in in ["/login/ann", "/enter/ann"] {
        let mut client = Client::new(&router);
        client.post(log_in).await.ok();
        handles.push(handle(&mut client).await);
        client.post("/logout").await.ok();
    }
    let mut client = Client::new(&router);
    client.post("/enter/ann").await.ok();
    handles.push(handle(&mut client).await);
    sessions.revoke(&handles[2]).await.expect("the store works");
    let [remembered, other, by_handle] = handles[..] else { panic!("there are three") };
    clock.advance(Duration::from_hours(24) + ALMOST_CLOCK_SKEW);
    assert!(is_remembered(&store, other, &clock).await);
    clock.advance(Duration::from_secs(1));
    assert!(!is_remembered(&store, other, &clock).await);
    clock.advance(Duration::from_secs(29 * 86_400 - 1));
    assert!(is_remembered(&store, remembered, &clock).await);
    assert!(is_remembered(&store, by_handle, &clock).await);
    clock.advance(Duration::from_secs(1));
    assert!(!is_remembered(&store, remembered, &clock).await);
    assert!(!is_remembered(&store, by_handle, &clock).await);
}

/// One that nobody can have, or that another node's clock is ahead with.
#[tokio::test]
async fn no_handle_is_remembered_for_longer_than_a_session_lives() {
    let (clock, store) = (Clock::new(), MemoryStore::new());
    let sessions = sessions(sealed(store.clone(), &key()), &clock);
    let mut far = [0xff; 16];
    far[6] = 0x7f;
    for handle in [[7; 16], [0xff; 16], far].map(Handle::from_bytes) {
        sessions.revoke(&handle).await.expect("the store works");
        assert!(is_remembered(&store, handle, &clock).await);
    }
    clock.advance(Duration::from_hours(24) + CLOCK_SKEW);
    assert_eq!(sessions.clean().await.expect("the store works"), 3);
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_store_of_a_hundred_has_room_again_the_day_after() {
    let (clock, key) = (Clock::new(), key());
    let store = MemoryStore::with_capacity(100);
    let router = router(sealed(store.clone(), &key), &clock);
    let sessions = sessions(sealed(store.clone(), &key), &clock);
    for _ in 0..3 {
        for _ in 0..100 {
            let mut client = Client::new(&router);
            client.post("/login/ann").await.ok();
            client.post("/logout").await.ok();
        }
        assert_eq!(store.len(), 100);
        let mut full = Client::new(&router);
        full.post("/login/ann").await.ok();
        assert_eq!(full.post("/logout").await.status, 503, "no log-out is forgotten for another");
        clock.advance(Duration::from_hours(24) + CLOCK_SKEW);
        assert_eq!(sessions.clean().await.expect("the store works"), 100);
    }
}

/// Otherwise a revoked session could live longer than its revocation.
#[tokio::test]
async fn lower_limits_hold_for_the_sessions_that_live_already() {
    let (clock, key, store) = (Clock::new(), key(), MemoryStore::new());
    let long = router(sealed(store.clone(), &key).lifetime(Lifetime::AAL1), &clock);
    let short = || sealed(store.clone(), &key).lifetime(Lifetime::AAL2);
    let mut client = Client::new(&long);
    client.post("/login/ann").await.ok();
    let handle = handle(&mut client).await;
    client.switch_to(&router(short(), &clock));
    sessions(short(), &clock).revoke(&handle).await.expect("the store works");
    assert_eq!(client.get("/account").await.status, 401);
    clock.advance(Duration::from_hours(24) + CLOCK_SKEW);
    assert!(!is_remembered(&store, handle, &clock).await);
    assert_eq!(client.get("/account").await.status, 401);

    let mut client = Client::new(&long);
    client.post("/login/ann").await.ok();
    client.switch_to(&router(short(), &clock));
    clock.advance(Duration::from_secs(86_399));
    client.get("/account").await.ok();
    clock.advance(Duration::from_secs(1));
    assert_eq!(client.get("/account").await.status, 401);
}
