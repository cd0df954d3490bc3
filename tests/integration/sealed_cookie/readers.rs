//! Requests that only read: they never write the session's cookie, so that they can undo nothing. That
//! they used it lies in a cookie beside it.

use std::time::Duration;

use session_axum::{Builder, MemoryStore, Sessions};
use session_test_support::Gate;
use session_tests::{Client, Reply};

use super::app::{Clock, Shop, gated, key, overtaken, replayable, ring, router};

const SEEN: &str = "__Host-session.seen";

/// With revocations, and without.
fn builders() -> [Builder<Shop>; 2] {
    let sealed = || Sessions::sealed_cookie(ring(&key()));
    [sealed().revocations(MemoryStore::new()), sealed().accept_replay_until_expiry()]
}

fn names(reply: &Reply) -> Vec<&str> {
    reply.set_cookies().iter().filter_map(|line| line.split('=').next()).collect()
}

#[tokio::test]
async fn a_slow_read_beside_a_log_out_brings_nothing_back() {
    for slow in ["/slow/read", "/slow/hold"] {
        for builder in builders() {
            let (clock, gate) = (Clock::new(), Gate::closed());
            let mut client = Client::new(&gated(builder, &clock, &gate));
            client.post("/enter/ann").await.ok();
            clock.advance(Duration::from_mins(10));
            let reply = overtaken(&mut client, &gate, slow, "/logout").await;
            assert_eq!(names(&reply), [SEEN], "it has used its session");
            assert_eq!(client.session(), None);
            assert_eq!(client.get("/").await.ok(), "- 0 0");
            assert!(client.cookie(SEEN).is_some(), "it is worth nothing");
            let reply = client.post("/enter/bob").await;
            assert_eq!(names(&reply), ["__Host-session", SEEN], "and goes with the next session");
            assert_eq!(client.cookie(SEEN), None);
            assert_eq!(client.get("/").await.ok(), "bob 0 0");
        }
    }
}

#[tokio::test]
async fn a_slow_read_beside_a_write_leaves_what_was_written() {
    for slow in ["/slow/read", "/slow/hold"] {
        for builder in builders() {
            let (clock, gate) = (Clock::new(), Gate::closed());
            let mut client = Client::new(&gated(builder, &clock, &gate));
            client.post("/visit").await.ok();
            clock.advance(Duration::from_mins(10));
            let reply = overtaken(&mut client, &gate, slow, "/visit").await;
            assert_eq!(names(&reply), [SEEN]);
            assert_eq!(client.get("/").await.ok(), "- 2 0");
        }
    }
}

#[tokio::test]
async fn a_slow_read_beside_a_log_in_leaves_who_is_logged_in() {
    for builder in builders() {
        let (clock, gate) = (Clock::new(), Gate::closed());
        let mut client = Client::new(&gated(builder, &clock, &gate));
        client.post("/visit").await.ok();
        clock.advance(Duration::from_mins(10));
        overtaken(&mut client, &gate, "/slow/read", "/enter/ann").await;
        assert_eq!(client.get("/").await.ok(), "ann 1 0");
        // What it left is of the session before, and renews nothing of this one.
        clock.advance(Duration::from_mins(59));
        assert_eq!(client.clone().get("/").await.ok(), "ann 1 0");
        clock.advance(Duration::from_mins(1));
        assert_eq!(client.get("/").await.ok(), "- 0 0");
    }
}

/// The other node has the new key already: what a reader used to seal anew.
#[tokio::test]
async fn a_slow_read_while_keys_rotate_brings_nothing_back() {
    let (old, new) = (key(), key());
    let (clock, gate) = (Clock::new(), Gate::closed());
    let sealed = |keys: &str| Sessions::sealed_cookie(ring(keys)).accept_replay_until_expiry();
    let mut client = Client::new(&router(sealed(&old), &clock));
    client.post("/enter/ann").await.ok();
    client.switch_to(&gated(sealed(&format!("{new} {old}")), &clock, &gate));
    let reply = overtaken(&mut client, &gate, "/slow/read", "/logout").await;
    assert!(reply.set_cookies().is_empty());
    assert_eq!(client.get("/").await.ok(), "- 0 0");
}

#[tokio::test]
async fn readers_alone_keep_a_session_alive_until_its_absolute_limit() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    let mut without = client.clone();
    for _ in 0..47 {
        clock.advance(Duration::from_mins(30));
        let reply = client.get("/").await;
        assert_eq!(names(&reply), [SEEN]);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.ok(), "- 1 0");
    }
    without.set("__Host-session", client.session().expect("it is there"));
    assert_eq!(without.get("/").await.ok(), "- 0 0", "its own limit is over");
    clock.advance(Duration::from_mins(29));
    assert_eq!(client.get("/").await.ok(), "- 1 0");
    clock.advance(Duration::from_mins(1));
    assert_eq!(client.get("/").await.ok(), "- 0 0", "a day in all");
}

/// The default has longer limits for those who are remembered.
#[tokio::test]
async fn a_remembered_session_that_is_only_read_has_its_own_idle_limit() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/login/ann").await.ok();
    clock.advance(Duration::from_hours(24));
    assert!(client.get("/").await.set_cookies().is_empty(), "a tenth of 14 days is not gone");
    clock.advance(Duration::from_hours(9 * 24));
    assert_eq!(names(&client.get("/").await), [SEEN]);
    clock.advance(Duration::from_secs(14 * 86_400 - 1));
    assert_eq!(client.clone().get("/").await.ok(), "ann 0 0");
    clock.advance(Duration::from_secs(1));
    assert_eq!(client.get("/").await.ok(), "- 0 0");
}

#[tokio::test]
async fn a_session_that_is_read_ends_at_its_renewed_limit_exactly() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    clock.advance(Duration::from_mins(50));
    client.get("/").await.ok();
    clock.advance(Duration::from_secs(3599));
    assert_eq!(client.clone().get("/").await.ok(), "- 1 0");
    clock.advance(Duration::from_secs(1));
    assert_eq!(client.get("/").await.ok(), "- 0 0");
}

#[tokio::test]
async fn of_both_cookies_the_later_use_counts() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    clock.advance(Duration::from_mins(20));
    client.get("/").await.ok();
    let early = client.cookie(SEEN).expect("it was used").to_owned();
    clock.advance(Duration::from_mins(20));
    assert_eq!(names(&client.post("/visit").await), ["__Host-session"], "a write has its own");
    assert_eq!(client.cookie(SEEN), Some(&*early), "the one from before says less, and may stay");
    clock.advance(Duration::from_mins(59));
    assert_eq!(client.clone().get("/").await.ok(), "- 2 0", "it shortens nothing");
    clock.advance(Duration::from_mins(1));
    assert_eq!(client.get("/").await.ok(), "- 0 0", "and lengthens nothing");
}

/// A job in the background was sent before the user did something, and saves after it.
#[tokio::test]
async fn what_a_background_request_saves_takes_no_use_back() {
    let (clock, gate) = (Clock::new(), Gate::closed());
    let builder = Sessions::sealed_cookie(ring(&key())).accept_replay_until_expiry();
    let mut client = Client::new(&gated(builder, &clock, &gate));
    client.post("/visit").await.ok();
    clock.advance(Duration::from_mins(10));
    client.get("/").await.ok();
    let mut tab = client.clone();
    let slow = tokio::spawn(async move { tab.post("/slow/background").await });
    gate.reached().await;
    clock.advance(Duration::from_mins(50));
    assert_eq!(names(&client.get("/").await), [SEEN]);
    gate.open();
    let reply = slow.await.expect("it does not panic");
    assert_eq!(names(&reply), ["__Host-session"]);
    client.receive(&reply);
    clock.advance(Duration::from_mins(59));
    assert_eq!(client.get("/").await.ok(), "- 2 0");
}

#[tokio::test]
async fn a_background_request_sets_no_seen_cookie() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    clock.advance(Duration::from_mins(50));
    assert!(client.get("/poll").await.set_cookies().is_empty());
}

#[tokio::test]
async fn a_seen_cookie_is_good_beside_its_own_session_only() {
    let clock = Clock::new();
    let key = key();
    let sealed = || Sessions::sealed_cookie(ring(&key)).accept_replay_until_expiry();
    let router = router(sealed(), &clock);
    let (mut one, mut two) = (Client::new(&router), Client::new(&router));
    one.post("/visit").await.ok();
    two.post("/visit").await.ok();
    clock.advance(Duration::from_mins(50));
    one.get("/").await.ok();
    let seen = one.cookie(SEEN).expect("it was used").to_owned();

    let mut alone = Client::new(&router);
    alone.set(SEEN, &seen);
    assert_eq!(alone.get("/").await.ok(), "- 0 0", "alone it is no session");
    let mut as_session = Client::with_session(&router, &seen);
    assert_eq!(as_session.get("/").await.ok(), "- 0 0", "nor in place of one");
    clock.advance(Duration::from_mins(10));
    two.set(SEEN, &seen);
    assert_eq!(two.get("/").await.ok(), "- 0 0", "another session's");
    for position in 0..seen.len() {
        let mut bytes = seen.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let mut forged = one.clone();
        forged.set(SEEN, str::from_utf8(&bytes).expect("it is ASCII"));
        assert_eq!(forged.get("/").await.ok(), "- 0 0", "at {position}");
        forged.set(SEEN, &seen[..position]);
        assert_eq!(forged.get("/").await.ok(), "- 0 0", "{position} characters");
    }
    let mut longer = one.clone();
    longer.set(SEEN, &format!("{seen}AAAA"));
    assert_eq!(longer.get("/").await.ok(), "- 0 0");
    let mut session_twice = one.clone();
    session_twice.set(SEEN, one.session().expect("it is there"));
    assert_eq!(session_twice.get("/").await.ok(), "- 0 0", "the session is no seen cookie");
    assert_eq!(one.get("/").await.ok(), "- 1 0");
}

#[tokio::test]
async fn a_log_out_removes_the_seen_cookie_and_a_copy_of_it_is_worth_nothing() {
    for builder in builders() {
        let clock = Clock::new();
        let mut client = Client::new(&router(builder, &clock));
        client.post("/enter/ann").await.ok();
        clock.advance(Duration::from_mins(30));
        client.get("/").await.ok();
        let seen = client.cookie(SEEN).expect("it was used").to_owned();
        let reply = client.post("/logout").await;
        assert_eq!(names(&reply), ["__Host-session", SEEN]);
        assert!(reply.set_cookies().iter().all(|line| line.contains("Max-Age=0")));
        assert_eq!((client.session(), client.cookie(SEEN)), (None, None));
        client.set(SEEN, &seen);
        assert_eq!(client.get("/account").await.status, 401);
        client.post("/enter/ann").await.ok();
        assert_eq!(client.cookie(SEEN), None);
        client.set(SEEN, &seen);
        clock.advance(Duration::from_hours(1));
        assert_eq!(client.get("/account").await.status, 401, "nor beside the next session");
    }
}

#[tokio::test]
async fn a_log_out_that_only_has_a_seen_cookie_removes_that() {
    let mut client = Client::new(&replayable(&Clock::new()));
    client.set(SEEN, "anything");
    let reply = client.post("/logout").await;
    assert_eq!(names(&reply), [SEEN]);
    assert_eq!(client.cookie(SEEN), None);
}

#[tokio::test]
async fn a_seen_cookie_has_the_attributes_of_its_session_s() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await.ok();
    clock.advance(Duration::from_mins(10));
    let attributes = |reply: &Reply| {
        let line = reply.set_cookies()[0].to_owned();
        line.split_once("; ").expect("it has attributes").1.to_owned()
    };
    let expected = "HttpOnly; SameSite=Lax; Secure; Path=/";
    assert_eq!(attributes(&client.get("/").await), expected);
    client.post("/remember").await.ok();
    clock.advance(Duration::from_mins(10));
    assert_eq!(
        attributes(&client.get("/").await),
        format!("{expected}; Max-Age=85200"),
        "it lives in the browser as long as the session's"
    );
}

#[tokio::test]
async fn a_seen_cookie_that_a_retired_key_has_sealed_is_one_and_a_removed_key_s_is_none() {
    let (old, new) = (key(), key());
    let clock = Clock::new();
    let node = |keys: &str| {
        router(Sessions::sealed_cookie(ring(keys)).accept_replay_until_expiry(), &clock)
    };
    let mut client = Client::new(&node(&old));
    client.post("/visit").await.ok();
    clock.advance(Duration::from_mins(50));
    client.get("/").await.ok();
    let seen = client.cookie(SEEN).expect("it was used").to_owned();
    clock.advance(Duration::from_mins(50));
    client.switch_to(&node(&format!("{new} {old}")));
    assert_eq!(client.get("/").await.ok(), "- 1 0");
    client.post("/visit").await.ok();
    client.set(SEEN, &seen);
    client.switch_to(&node(&new));
    assert_eq!(client.get("/").await.ok(), "- 2 0");
}
