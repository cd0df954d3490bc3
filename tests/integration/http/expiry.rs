//! The idle and the absolute limit.

use std::time::Duration;

use session_axum::Lifetime;
use session_core::Now;
use session_tests::{Call, TestStore, on_each_store};

use super::app::{Shop, TestApp, state};

on_each_store!(
    with_keys_and_on_a_cluster;
    past_the_idle_limit_a_session_is_over,
    past_the_absolute_limit_a_session_is_over,
    a_session_ends_at_its_limit_exactly,
    no_activity_extends_the_absolute_limit,
    no_write_extends_the_absolute_limit,
    a_log_in_begins_a_new_one,
    an_expired_record_is_not_read_before_it_is_swept,
    a_clock_set_back_ends_nothing_and_extends_nothing,
    in_sixty_years_sessions_end_as_ever,
    a_read_renews_the_idle_limit_when_a_tenth_of_it_is_gone,
    an_expired_session_is_followed_by_another,
    a_write_renews_the_idle_limit,
);

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

async fn past_the_idle_limit_a_session_is_over<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.clock.advance(HOUR + SECOND);
    assert_eq!(client.post("/account").await.summary(), "401, no Set-Cookie, Vary: Cookie");
    assert_eq!(state(&mut client).await, Shop::default());
    assert_eq!(app.sessions.clean().await.expect("the store works"), 1);
    assert_eq!(app.sessions.clean().await.expect("the store works"), 0);
}

async fn past_the_absolute_limit_a_session_is_over<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    for _ in 0..48 {
        assert_eq!(client.post("/account").await.ok(), "ann");
        app.clock.advance(HOUR / 2);
    }
    assert_eq!(client.post("/account").await.status, 401);
    assert_eq!(app.sessions.clean().await.expect("the store works"), 1);
}

async fn a_session_ends_at_its_limit_exactly<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let (mut just, mut late) = (app.visitor().await, app.visitor().await);
    app.clock.advance(HOUR.saturating_sub(Duration::from_micros(1)));
    assert_eq!(state(&mut just).await.visits, 1);
    app.clock.advance(Duration::from_micros(1));
    assert_eq!(state(&mut late).await.visits, 0);
    assert_eq!(state(&mut just).await.visits, 1, "it was renewed");
}

async fn no_activity_extends_the_absolute_limit<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, |builder| builder.lifetime(Lifetime::AAL3));
    let mut client = app.log_in_as("ann").await;
    for minute in 0..12 * 60 {
        assert_eq!(client.post("/account").await.ok(), "ann", "after {minute} minutes");
        app.clock.advance(MINUTE);
    }
    assert_eq!(client.post("/account").await.status, 401);
}

async fn no_write_extends_the_absolute_limit<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, |builder| builder.lifetime(Lifetime::AAL3));
    let mut client = app.log_in_as("ann").await;
    for (minute, path) in
        (0..12 * 60).step_by(10).zip(["/visit", "/rotate", "/remember/true"].into_iter().cycle())
    {
        client.post(path).await.ok();
        assert_eq!(client.post("/account").await.ok(), "ann", "after {minute} minutes");
        app.clock.advance(MINUTE * 10);
    }
    assert_eq!(client.post("/account").await.status, 401);
}

async fn a_log_in_begins_a_new_one<S: TestStore>(store: S) {
    let lifetime = Lifetime::new(HOUR, HOUR).expect("an hour is fine");
    let app = TestApp::with_options(store, |builder| builder.lifetime(lifetime));
    let mut client = app.visitor().await;
    app.clock.advance(HOUR.saturating_sub(SECOND));
    client.post("/log-in/ann").await.ok();
    app.clock.advance(HOUR.saturating_sub(SECOND));
    assert_eq!(client.post("/account").await.ok(), "ann");
    app.clock.advance(SECOND);
    assert_eq!(client.post("/account").await.status, 401);
}

/// No cleaner runs here.
async fn an_expired_record_is_not_read_before_it_is_swept<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let before = app.clock.now();
    app.clock.advance(HOUR * 2);
    assert_eq!(client.post("/account").await.status, 401);
    assert_eq!(app.events.take().len(), 2, "ignored, and refused");
    assert_eq!(app.live_sessions().await, 0);
    assert_eq!(app.store.records(Now::At(before)).await.len(), 1, "it lies there still");
    assert!(app.sessions.list(&"ann".to_owned()).await.expect("the store works").is_empty());
}

async fn a_clock_set_back_ends_nothing_and_extends_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    app.clock.advance(HOUR);
    let mut client = app.visitor().await;
    let ahead = app.clock.now();
    let behind = TestApp::new(app.store.store().clone());
    client.switch_to(&behind.router);
    assert_eq!(state(&mut client).await.visits, 1);
    assert_eq!(client.post("/visit").await.ok(), "2");
    behind.clock.advance(HOUR.saturating_sub(SECOND));
    assert_eq!(client.post("/visit").await.ok(), "3");
    behind.clock.advance(HOUR);
    assert_eq!(state(&mut client).await, Shop::default());
    // The absolute limit is where it was.
    let mut busy = app.visitor().await;
    busy.switch_to(&behind.router);
    while behind.clock.now() < ahead.plus(HOUR * 24) {
        assert_eq!(busy.get("/look").await.ok(), "1");
        behind.clock.advance(HOUR / 2);
    }
    assert_eq!(busy.get("/look").await.ok(), "0");
}

async fn in_sixty_years_sessions_end_as_ever<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for _ in 0..3 {
        app.clock.advance(Duration::from_hours(24 * 365 * 20));
        assert_eq!(state(&mut client).await, Shop::default());
        assert_eq!(client.post("/visit").await.ok(), "1");
    }
}

async fn a_read_renews_the_idle_limit_when_a_tenth_of_it_is_gone<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.clock.advance(Duration::from_mins(6).saturating_sub(SECOND));
    assert_eq!(state(&mut client).await.visits, 1);
    assert_eq!(app.store.take_calls(), [Call::Load]);
    app.clock.advance(SECOND);
    for calls in [&[Call::Load, Call::Touch][..], &[Call::Load]] {
        assert_eq!(state(&mut client).await.visits, 1);
        assert_eq!(app.store.take_calls(), calls);
    }
    app.clock.advance(HOUR.saturating_sub(SECOND));
    assert_eq!(state(&mut client).await.visits, 1);
}

async fn an_expired_session_is_followed_by_another<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let old = client.clone();
    app.clock.advance(HOUR);
    assert_eq!(
        client.post("/visit").await.summary(),
        "200, cookie set, Vary: Cookie, Cache-Control: no-store"
    );
    assert_ne!(client.session(), old.session());
    assert_eq!(state(&mut client).await, Shop { visits: 1, ..Shop::default() });
    assert_eq!(app.store.inserted().len(), 2);
}

async fn a_write_renews_the_idle_limit<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for visits in 2..5 {
        app.clock.advance(Duration::from_mins(59));
        assert_eq!(client.post("/visit").await.ok(), visits.to_string());
    }
}
