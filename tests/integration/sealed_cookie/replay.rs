//! Copies of a cookie that was replaced or removed.

use std::time::Duration;

use axum::http::StatusCode;
use session_axum::{MemoryStore, Sessions};
use session_tests::{Call, Client, Fault, ProbedStore};

use super::app::{Clock, key, replayable, ring, router};

#[tokio::test]
async fn with_revocations_a_replayed_cookie_is_dead() {
    let builder = Sessions::sealed_cookie(ring(&key())).revocations(MemoryStore::new());
    let mut client = Client::new(&router(builder, &Clock::new()));
    client.post("/visit").await;
    let mut before_log_in = client.clone();
    client.post("/login/ann").await;
    assert_eq!(before_log_in.get("/").await.body, "- 0 0", "the log-in replaced it");
    let mut before_log_out = client.clone();
    assert_eq!(before_log_out.get("/").await.body, "ann 1 0");
    client.post("/logout").await;
    assert_eq!(before_log_out.get("/").await.body, "- 0 0");
}

#[tokio::test]
async fn accepted_replay_is_what_its_name_says() {
    for path in ["/logout", "/enter/bob", "/log-in-again", "/sign-off", "/rotate"] {
        let clock = Clock::new();
        let mut client = Client::new(&replayable(&clock));
        client.post("/enter/ann").await.ok();
        let mut copy = client.clone();
        client.post(path).await.ok();
        assert_eq!(copy.get("/").await.ok(), "ann 0 0", "{path} ends no copy");
        // Whoever uses it keeps it alive.
        for _ in 0..47 {
            clock.advance(Duration::from_mins(30));
            assert_eq!(copy.get("/account").await.ok(), "ann");
        }
        clock.advance(Duration::from_mins(30));
        assert_eq!(copy.get("/account").await.status, 401, "a day after ann's log-in");
    }
}

#[tokio::test]
async fn without_its_revocations_nobody_is_let_in() {
    let store = ProbedStore::new(MemoryStore::new());
    let builder = Sessions::sealed_cookie(ring(&key())).revocations(store.clone());
    let mut client = Client::new(&router(builder, &Clock::new()));
    client.post("/login/ann").await;
    store.inject(Call::Load, Fault::Fails);
    assert_eq!(client.get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    store.heal();
    store.inject(Call::Delete, Fault::Fails);
    let reply = client.post("/logout").await;
    assert_eq!((reply.status, reply.set_cookies().len()), (StatusCode::SERVICE_UNAVAILABLE, 0));
}

#[tokio::test]
async fn what_was_there_before_a_privilege_changed_is_dead() {
    let builder = Sessions::sealed_cookie(ring(&key())).revocations(MemoryStore::new());
    let mut client = Client::new(&router(builder, &Clock::new()));
    client.post("/visit").await.ok();
    for path in ["/login/ann", "/log-in-again", "/login/bob", "/rotate", "/sign-off"] {
        let mut copy = client.clone();
        assert_eq!(client.post(path).await.set_cookies().len(), 1, "{path}");
        assert_eq!(copy.get("/").await.body, "- 0 0", "{path}");
    }
}

#[tokio::test]
async fn a_log_out_of_nobody_stores_nothing() {
    let store = ProbedStore::new(MemoryStore::new());
    let builder = Sessions::sealed_cookie(ring(&key())).revocations(store.clone());
    let mut client = Client::new(&router(builder, &Clock::new()));
    for _ in 0..2 {
        let reply = client.post("/logout").await;
        assert!(reply.set_cookies().is_empty());
        reply.ok();
    }
    assert_eq!(store.take_calls(), []);
}
