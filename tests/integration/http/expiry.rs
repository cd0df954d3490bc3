//! When a session ends by itself.

use std::time::Duration;

use session_core::{Lifetime, Now};
use session_tests::{Call, Fresh, on_each_store};

use crate::house::{House, Shop, state};

on_each_store!(
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

async fn past_the_idle_limit_a_session_is_over<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    house.clock.advance(HOUR + SECOND);
    assert_eq!(client.post("/account").await.told(), "401, no Set-Cookie, Vary: Cookie");
    assert_eq!(state(&mut client).await, Shop::default());
    assert_eq!(house.sessions.clean().await.expect("the store works"), 1);
    assert_eq!(house.sessions.clean().await.expect("the store works"), 0);
}

async fn past_the_absolute_limit_a_session_is_over<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    for _ in 0..48 {
        assert_eq!(client.post("/account").await.ok(), "ann");
        house.clock.advance(HOUR / 2);
    }
    assert_eq!(client.post("/account").await.status, 401);
    assert_eq!(house.sessions.clean().await.expect("the store works"), 1);
}

async fn a_session_ends_at_its_limit_exactly<S: Fresh>(store: S) {
    let house = House::new(store);
    let (mut just, mut late) = (house.regular().await, house.regular().await);
    house.clock.advance(HOUR.saturating_sub(Duration::from_micros(1)));
    assert_eq!(state(&mut just).await.visits, 1);
    house.clock.advance(Duration::from_micros(1));
    assert_eq!(state(&mut late).await.visits, 0);
    assert_eq!(state(&mut just).await.visits, 1, "it was renewed");
}

async fn no_activity_extends_the_absolute_limit<S: Fresh>(store: S) {
    let house = House::built(store, |builder| builder.lifetime(Lifetime::AAL3));
    let mut client = house.member("ann").await;
    for minute in 0..12 * 60 {
        assert_eq!(client.post("/account").await.ok(), "ann", "after {minute} minutes");
        house.clock.advance(MINUTE);
    }
    assert_eq!(client.post("/account").await.status, 401);
}

async fn no_write_extends_the_absolute_limit<S: Fresh>(store: S) {
    let house = House::built(store, |builder| builder.lifetime(Lifetime::AAL3));
    let mut client = house.member("ann").await;
    for (minute, path) in
        (0..12 * 60).step_by(10).zip(["/visit", "/rotate", "/remember/true"].into_iter().cycle())
    {
        client.post(path).await.ok();
        assert_eq!(client.post("/account").await.ok(), "ann", "after {minute} minutes");
        house.clock.advance(MINUTE * 10);
    }
    assert_eq!(client.post("/account").await.status, 401);
}

async fn a_log_in_begins_a_new_one<S: Fresh>(store: S) {
    let lifetime = Lifetime::new(HOUR, HOUR).expect("an hour is fine");
    let house = House::built(store, |builder| builder.lifetime(lifetime));
    let mut client = house.regular().await;
    house.clock.advance(HOUR.saturating_sub(SECOND));
    client.post("/log-in/ann").await.ok();
    house.clock.advance(HOUR.saturating_sub(SECOND));
    assert_eq!(client.post("/account").await.ok(), "ann");
    house.clock.advance(SECOND);
    assert_eq!(client.post("/account").await.status, 401);
}

/// No cleaner runs here.
async fn an_expired_record_is_not_read_before_it_is_swept<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    let before = house.clock.now();
    house.clock.advance(HOUR * 2);
    assert_eq!(client.post("/account").await.status, 401);
    assert_eq!(house.events.since().len(), 2, "ignored, and refused");
    assert_eq!(house.live().await, 0);
    assert_eq!(house.store.records(Now::At(before)).await.len(), 1, "it lies there still");
    assert!(house.sessions.list(&"ann".to_owned()).await.expect("the store works").is_empty());
}

async fn a_clock_set_back_ends_nothing_and_extends_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    house.clock.advance(HOUR);
    let mut client = house.regular().await;
    let ahead = house.clock.now();
    let behind = House::new(house.store.store().clone());
    client.turn_to(&behind.app);
    assert_eq!(state(&mut client).await.visits, 1);
    assert_eq!(client.post("/visit").await.ok(), "2");
    behind.clock.advance(HOUR.saturating_sub(SECOND));
    assert_eq!(client.post("/visit").await.ok(), "3");
    behind.clock.advance(HOUR);
    assert_eq!(state(&mut client).await, Shop::default());
    // The absolute limit is where it was.
    let mut busy = house.regular().await;
    busy.turn_to(&behind.app);
    while behind.clock.now() < ahead.plus(HOUR * 24) {
        assert_eq!(busy.get("/look").await.ok(), "1");
        behind.clock.advance(HOUR / 2);
    }
    assert_eq!(busy.get("/look").await.ok(), "0");
}

async fn in_sixty_years_sessions_end_as_ever<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for _ in 0..3 {
        house.clock.advance(Duration::from_hours(24 * 365 * 20));
        assert_eq!(state(&mut client).await, Shop::default());
        assert_eq!(client.post("/visit").await.ok(), "1");
    }
}

async fn a_read_renews_the_idle_limit_when_a_tenth_of_it_is_gone<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    house.clock.advance(Duration::from_mins(6).saturating_sub(SECOND));
    assert_eq!(state(&mut client).await.visits, 1);
    assert_eq!(house.store.calls(), [Call::Load]);
    house.clock.advance(SECOND);
    for calls in [&[Call::Load, Call::Touch][..], &[Call::Load]] {
        assert_eq!(state(&mut client).await.visits, 1);
        assert_eq!(house.store.calls(), calls);
    }
    house.clock.advance(HOUR.saturating_sub(SECOND));
    assert_eq!(state(&mut client).await.visits, 1);
}

async fn an_expired_session_is_followed_by_another<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    let old = client.clone();
    house.clock.advance(HOUR);
    assert_eq!(
        client.post("/visit").await.told(),
        "200, cookie set, Vary: Cookie, Cache-Control: no-store"
    );
    assert_ne!(client.session(), old.session());
    assert_eq!(state(&mut client).await, Shop { visits: 1, ..Shop::default() });
    assert_eq!(house.store.inserted().len(), 2);
}

async fn a_write_renews_the_idle_limit<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for visits in 2..5 {
        house.clock.advance(Duration::from_mins(59));
        assert_eq!(client.post("/visit").await.ok(), visits.to_string());
    }
}
