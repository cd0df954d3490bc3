//! A token that could not be saved is never seen, or worth nothing.

use std::sync::atomic::{AtomicU32, Ordering};

use session_axum::{Random, RandomError};
use session_tests::{Call, Fault, TestStore, on_each_store};

use super::app::{BearerApp, token_of};

on_each_store!(
    with_keys;
    what_could_not_be_saved_has_told_no_token,
    a_failed_response_has_told_no_session_s_token,
    a_handle_that_is_taken_is_an_error,
    a_random_source_that_fails_issues_nothing,
    a_store_that_fails_lets_nobody_in,
);

const UNAVAILABLE: &str = "503, no Set-Cookie, Vary: Cookie, Authorization";

async fn what_could_not_be_saved_has_told_no_token<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    for fault in [Fault::Fails, Fault::FailsAfterwards] {
        app.app.store.inject(Call::Insert, fault);
        let reply = app.stranger().post("/api/log-in/ann").await;
        assert_eq!(reply.summary(), UNAVAILABLE);
        assert_eq!(reply.body, "the session is unavailable\n");
        app.app.store.heal();
    }
    let phone = app.log_in_as("ann").await;
    app.app.store.inject(Call::Update, Fault::Fails);
    let reply = phone.post("/api/token").await;
    assert_eq!(
        (reply.summary().as_str(), &*reply.body),
        (UNAVAILABLE, "the session is unavailable\n")
    );
    app.app.store.heal();
    assert_eq!(phone.post("/account").await.ok(), "ann", "the one that it has is good");
}

async fn a_failed_response_has_told_no_session_s_token<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let reply = app.stranger().post("/api/fail").await;
    assert_eq!(reply.status, 500);
    assert_eq!(app.app.store.take_calls(), [], "nothing is stored");
    assert_eq!(app.program(&reply.body).post("/account").await.status, 401);
    let phone = app.log_in_as("ann").await;
    let reply = phone.post("/api/fail").await;
    assert_eq!(app.program(&reply.body).post("/account").await.status, 401);
    assert_eq!(phone.post("/account").await.ok(), "ann");
}

/// Its client has been told this handle, so that no other can take its place.
async fn a_handle_that_is_taken_is_an_error<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    app.app.store.inject(Call::Insert, Fault::Conflicts);
    assert_eq!(app.stranger().post("/api/log-in/ann").await.summary(), UNAVAILABLE);
    assert_eq!(app.app.store.take_calls(), [Call::Insert]);
    app.app.store.heal();
    token_of(app.stranger().post("/api/log-in/ann").await);
}

/// Has bytes for as long as the count lasts.
struct Source(&'static AtomicU32);

impl Random for Source {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        let left =
            self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        let left = left.map_err(|_| RandomError::new("there is none left"))?;
        bytes.fill(u8::try_from(left % 250).expect("it is small"));
        Ok(())
    }
}

async fn a_random_source_that_fails_issues_nothing<S: TestStore>(store: S) {
    let left: &'static AtomicU32 = Box::leak(Box::new(AtomicU32::new(100)));
    let app = BearerApp::with_options(store, |builder| builder.random(Source(left)));
    let phone = app.log_in_as("ann").await;
    left.store(0, Ordering::SeqCst);
    for client in [app.stranger(), phone.clone()] {
        assert_eq!(client.post("/api/token").await.summary(), UNAVAILABLE);
    }
    left.store(100, Ordering::SeqCst);
    assert_eq!(phone.post("/account").await.ok(), "ann");
}

async fn a_store_that_fails_lets_nobody_in<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    app.app.store.inject(Call::Load, Fault::Fails);
    for path in ["/account", "/state", "/visit", "/api/log-in/eve", "/log-out"] {
        assert_eq!(phone.post(path).await.summary(), UNAVAILABLE, "{path}");
    }
    app.app.store.heal();
    assert_eq!(phone.post("/account").await.ok(), "ann");
}
