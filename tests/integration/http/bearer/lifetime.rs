//! How long a bearer token is good, and what its age does not do.

use std::time::Duration;

use session_axum::{KeyRing, MemoryStore, Sealing};
use session_tests::{Call, TestStore, on_each_store};

use super::super::app::TestApp;
use super::app::{BearerApp, token_of};

on_each_store!(
    with_keys_and_on_a_cluster;
    a_token_ends_at_the_idle_limit_and_a_use_renews_that,
    a_token_ends_at_the_absolute_limit,
    a_remembered_token_lasts_for_weeks,
    no_age_replaces_it,
    a_live_session_ends_with_its_token_s_session,
);

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
const PLAIN: &str = "200, no Set-Cookie, Vary: Cookie, Authorization";

async fn a_token_ends_at_the_idle_limit_and_a_use_renews_that<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    for _ in 0..3 {
        app.app.clock.advance(59 * MINUTE);
        assert_eq!(phone.get("/look").await.summary(), PLAIN);
        assert_eq!(app.app.store.take_calls(), [Call::Load, Call::Touch]);
    }
    app.app.clock.advance(60 * MINUTE);
    assert_eq!(phone.post("/account").await.status, 401);
}

async fn a_token_ends_at_the_absolute_limit<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    for _ in 0..28 {
        app.app.clock.advance(50 * MINUTE);
        assert_eq!(phone.post("/account").await.ok(), "ann");
    }
    app.app.clock.advance(40 * MINUTE);
    assert_eq!(phone.post("/account").await.status, 401);
}

async fn a_remembered_token_lasts_for_weeks<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let token = token_of(app.stranger().post("/api/log-in-and-remember/ann").await);
    let phone = app.program(&token);
    for _ in 0..2 {
        app.app.clock.advance(13 * DAY);
        assert_eq!(phone.post("/account").await.ok(), "ann");
    }
    app.app.clock.advance(4 * DAY);
    assert_eq!(phone.post("/account").await.status, 401);
}

/// Nobody could be told.
async fn no_age_replaces_it<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    for _ in 0..10 {
        app.app.clock.advance(50 * MINUTE);
        assert_eq!(phone.get("/look").await.summary(), PLAIN);
        assert_eq!(phone.post("/visit").await.summary(), PLAIN);
        let events = app.app.events.take();
        assert!(!events.iter().any(|event| event.starts_with("rotated")), "{events:?}");
    }
    assert_eq!(phone.get("/look").await.ok(), "10");
}

async fn a_live_session_ends_with_its_token_s_session<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    let handle = app.app.sessions.list(&"ann".to_owned()).await.unwrap()[0].handle;
    let live = app.app.sessions.live(&handle).await.unwrap();
    let next = app.program(&token_of(phone.post("/api/token").await));
    next.post("/log-out").await.ok();
    let ended = tokio::time::timeout(Duration::from_mins(1), live.ended()).await;
    ended.expect("it is over at once");
}

/// A client cannot be told another signature, so that a retired key's is good for as long as the key is there.
#[tokio::test]
async fn a_token_outlives_a_rotation_of_keys() {
    let [old, new] = [KeyRing::generate().unwrap(), KeyRing::generate().unwrap()];
    let ring = |keys: &[&String]| {
        let keys: Vec<_> = keys.iter().map(|key| key.as_str()).collect();
        Sealing::Required(KeyRing::parse(&keys.join(" ")).unwrap())
    };
    let store = MemoryStore::new();
    let node = |sealing| {
        BearerApp::of(TestApp::with_options(store.clone(), |builder| {
            builder.bearer().sealing(sealing)
        }))
    };
    let phone = node(ring(&[&old])).log_in_as("ann").await;
    let rotated = node(ring(&[&new, &old]));
    let there = rotated.program(phone.token());
    for _ in 0..2 {
        assert_eq!(there.post("/visit").await.summary(), PLAIN);
    }
    assert_eq!(there.get("/look").await.ok(), "2");
    // Its record is sealed anew, so that only the signature needs the old key.
    let removed = node(ring(&[&new]));
    assert_eq!(removed.program(phone.token()).post("/account").await.status, 401);
    assert_eq!(removed.app.events.take()[0], "ignored Forged");
    assert_eq!(removed.program(phone.token()).post("/visit").await.status, 401);
    let next = token_of(there.post("/api/token").await);
    assert_eq!(removed.program(&next).post("/account").await.ok(), "ann");
}
