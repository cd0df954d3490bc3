//! Requests that write while another one is answered. Revocations tell which sessions are over; without
//! them, and of two that only write, the last response wins.

use axum::http::StatusCode;
use session_axum::{MemoryStore, Sessions};
use session_test_support::Gate;
use session_tests::{Client, TestStore, on_each_store};

use super::app::{Clock, gated, key, overtaken, replayable, ring};

on_each_store!(
    a_slow_write_cannot_undo_a_log_out,
    nor_can_it_undo_a_log_in,
    two_log_ins_at_once_are_two_good_answers,
    a_slow_log_in_over_somebody_s_session_cannot_undo_a_log_out,
);

/// A visitor, and a gate at which its slow requests wait.
async fn visitor<S: TestStore>(store: S) -> (Client, Gate) {
    let gate = Gate::closed();
    let builder = Sessions::sealed_cookie(ring(&key())).revocations(store);
    let mut client = Client::new(&gated(builder, &Clock::new(), &gate));
    client.post("/enter/ann").await.ok();
    (client, gate)
}

async fn a_slow_write_cannot_undo_a_log_out<S: TestStore>(store: S) {
    for slow in ["/slow/write", "/slow/rotate"] {
        let (mut client, gate) = visitor(store.clone()).await;
        let reply = overtaken(&mut client, &gate, slow, "/logout").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{slow}");
        assert!(reply.set_cookies().is_empty());
        assert_eq!(client.get("/").await.ok(), "- 0 0");
    }
}

async fn nor_can_it_undo_a_log_in<S: TestStore>(store: S) {
    for slow in ["/slow/write", "/slow/rotate"] {
        let (mut client, gate) = visitor(store.clone()).await;
        let reply = overtaken(&mut client, &gate, slow, "/enter/bob").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{slow}");
        assert!(reply.set_cookies().is_empty());
        assert_eq!(client.get("/").await.ok(), "bob 0 0");
    }
}

/// A double click: the session that both came in with was nobody's.
async fn two_log_ins_at_once_are_two_good_answers<S: TestStore>(store: S) {
    let (mut client, gate) = visitor(store).await;
    client.post("/logout").await.ok();
    client.post("/visit").await.ok();
    let reply = overtaken(&mut client, &gate, "/slow/login/bob", "/enter/bob").await;
    assert_eq!(reply.set_cookies().len(), 1);
    reply.ok();
    assert_eq!(client.get("/").await.ok(), "bob 1 0");
}

/// It may have checked nothing but the session that is over by now.
async fn a_slow_log_in_over_somebody_s_session_cannot_undo_a_log_out<S: TestStore>(store: S) {
    for user in ["ann", "bob"] {
        let (mut client, gate) = visitor(store.clone()).await;
        let slow = format!("/slow/login/{user}");
        let reply = overtaken(&mut client, &gate, &slow, "/logout").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{slow}");
        assert!(reply.set_cookies().is_empty());
        assert_eq!(client.get("/").await.ok(), "- 0 0");
    }
}

/// A limit of sealed cookies.
#[tokio::test]
async fn without_revocations_a_slow_write_brings_back_what_was_logged_out() {
    let gate = Gate::closed();
    let builder = Sessions::sealed_cookie(ring(&key())).accept_replay_until_expiry();
    let mut client = Client::new(&gated(builder, &Clock::new(), &gate));
    client.post("/enter/ann").await.ok();
    overtaken(&mut client, &gate, "/slow/write", "/logout").await.ok();
    assert_eq!(client.get("/").await.ok(), "ann 1 0");
}

/// The same: the browser has no session, and a copy of the new one is good.
#[tokio::test]
async fn a_slow_log_out_beside_a_log_in_removes_the_new_cookie() {
    let (mut client, gate) = visitor(MemoryStore::new()).await;
    let mut tab = client.clone();
    let slow = tokio::spawn(async move { tab.post("/slow/logout").await });
    gate.reached().await;
    client.post("/enter/bob").await.ok();
    let mut copy = client.clone();
    gate.open();
    client.receive(&slow.await.expect("it does not panic"));
    assert_eq!(client.session(), None);
    assert_eq!(copy.get("/account").await.ok(), "bob");
}

/// The same: there is nothing to merge with.
#[tokio::test]
async fn of_two_writes_at_once_the_last_response_wins() {
    let (mut client, gate) = visitor(MemoryStore::new()).await;
    overtaken(&mut client, &gate, "/slow/write", "/note/3").await.ok();
    assert_eq!(client.get("/").await.ok(), "ann 1 0", "the note is lost");
}

/// The same: a copy of the cookie from before a write is as good as the other.
#[tokio::test]
async fn an_older_cookie_of_a_live_session_brings_its_old_state_back() {
    let (mut revocable, _) = visitor(MemoryStore::new()).await;
    let mut replayable = Client::new(&replayable(&Clock::new()));
    replayable.post("/enter/ann").await.ok();
    for client in [&mut revocable, &mut replayable] {
        let mut copy = client.clone();
        client.post("/visit").await.ok();
        assert_eq!(client.get("/").await.ok(), "ann 1 0");
        assert_eq!(copy.get("/").await.ok(), "ann 0 0");
        assert_eq!(copy.post("/visit").await.ok(), "1", "what is spent once can be spent again");
    }
}
