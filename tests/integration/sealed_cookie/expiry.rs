//! The idle and the absolute limit, as far as a cookie alone can keep them.

use std::time::Duration;

use session_axum::{Lifetime, Sessions};
use session_tests::Client;

use super::app::{Clock, key, replayable, ring, router};

#[tokio::test]
async fn both_limits_hold_whatever_the_client_keeps() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await;
    clock.advance(Duration::from_secs(3599));
    assert_eq!(client.clone().get("/").await.body, "- 1 0");
    clock.advance(Duration::from_secs(1));
    assert_eq!(client.get("/").await.body, "- 0 0", "idle for an hour");

    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await;
    for _ in 0..47 {
        clock.advance(Duration::from_mins(30));
        assert_eq!(client.get("/").await.body, "- 1 0");
    }
    clock.advance(Duration::from_mins(30));
    assert_eq!(client.get("/").await.body, "- 0 0", "a day in all");
}

#[tokio::test]
async fn a_cookie_from_the_future_is_no_session() {
    let clock = Clock::new();
    let key = key();
    let node = |clock: &Clock| {
        router(Sessions::sealed_cookie(ring(&key)).accept_replay_until_expiry(), clock)
    };
    let ahead = Clock::new();
    ahead.advance(Duration::from_hours(1));
    let mut client = Client::new(&node(&ahead));
    client.post("/visit").await;
    let value = client.session().expect("it has begun").to_owned();
    assert_eq!(Client::with_session(&node(&clock), &value).get("/").await.body, "- 0 0");
}

#[tokio::test]
async fn a_clock_that_is_set_back_extends_nothing() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    clock.set_back(Duration::from_mins(5));
    assert_eq!(client.get("/").await.ok(), "- 1 0", "so much the clocks of nodes may differ");
    client.post("/visit").await.ok();
    clock.advance(Duration::from_mins(65));
    assert_eq!(client.get("/").await.ok(), "- 0 0", "an hour after the second visit");

    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    clock.set_back(Duration::from_hours(1));
    let reply = client.get("/").await;
    assert!(reply.set_cookies().is_empty(), "its cookie is kept");
    assert_eq!(reply.ok(), "- 0 0", "a cookie of the future is no session");
    clock.advance(Duration::from_secs(2 * 3600 - 1));
    assert_eq!(client.clone().get("/").await.ok(), "- 1 0", "nor is it over before its time");
    clock.advance(Duration::from_secs(1));
    assert_eq!(client.get("/").await.ok(), "- 0 0");
}

#[tokio::test]
async fn a_cookie_ends_at_its_limit_exactly() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    for _ in 0..24 {
        clock.advance(Duration::from_secs(3599));
        assert_eq!(client.get("/").await.ok(), "- 1 0");
    }
    clock.advance(Duration::from_secs(23));
    assert_eq!(client.clone().get("/").await.ok(), "- 1 0", "a second before its day is over");
    clock.advance(Duration::from_secs(1));
    assert_eq!(client.get("/").await.ok(), "- 0 0");
}

#[tokio::test]
async fn a_remembered_cookie_lives_as_long_as_the_session() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    let reply = client.post("/login/ann").await;
    assert!(reply.set_cookies()[0].contains("Max-Age=2592000"));
    clock.advance(Duration::from_mins(1));
    assert!(client.post("/visit").await.set_cookies()[0].contains("Max-Age=2591940"));
    clock.advance(Duration::from_hours(13 * 24));
    assert_eq!(client.post("/visit").await.ok(), "2");
    clock.advance(Duration::from_hours(14 * 24));
    assert_eq!(client.get("/").await.ok(), "- 0 0", "14 days without use");
}

#[tokio::test]
async fn only_a_log_in_begins_a_new_absolute_limit() {
    let clock = Clock::new();
    let sealed = Sessions::sealed_cookie(ring(&key())).accept_replay_until_expiry();
    let mut client = Client::new(&router(sealed.lifetime(Lifetime::AAL2), &clock));
    client.post("/login/ann").await.ok();
    for half_hour in 1..=60 {
        clock.advance(Duration::from_mins(30));
        if half_hour == 30 {
            client.post("/log-in-again").await.ok();
        }
        assert_eq!(client.post("/visit").await.ok(), half_hour.to_string());
    }
    for _ in 60..77 {
        clock.advance(Duration::from_mins(30));
        client.post("/visit").await.ok();
    }
    clock.advance(Duration::from_mins(30));
    assert_eq!(client.get("/").await.body, "- 0 0", "a day after the password");
}

#[tokio::test]
async fn polling_alone_keeps_no_session_alive() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    for _ in 0..5 {
        clock.advance(Duration::from_mins(10));
        let reply = client.get("/poll").await;
        assert!(reply.set_cookies().is_empty());
        assert_eq!(reply.ok(), "1");
    }
    clock.advance(Duration::from_mins(10));
    assert_eq!(client.get("/poll").await.ok(), "0");
}
