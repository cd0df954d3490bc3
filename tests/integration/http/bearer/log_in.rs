//! Log-ins and new secrets in sessions that came by a bearer token.

use std::time::Duration;

use axum::http::Method;
use session_axum::ErrorKind;
use session_tests::{Call, TestStore, on_each_store};

use super::super::app::Shop;
use super::app::{BearerApp, token_of};

on_each_store!(
    with_keys_and_on_a_cluster;
    a_new_token_replaces_the_one_before_at_once,
    the_one_before_shown_late_is_a_theft,
    a_log_in_keeps_what_nobody_s_session_had,
    a_log_in_as_another_inherits_only_what_is_carried,
    who_is_not_told_a_new_secret_gets_none,
    to_end_a_session_and_to_begin_another_are_one_response,
    a_password_is_reset_and_its_user_logged_in,
    of_two_new_tokens_at_once_one_is_the_session_s,
    a_form_token_is_bound_to_the_token,
);

const SECOND: Duration = Duration::from_secs(1);

async fn a_new_token_replaces_the_one_before_at_once<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    for path in ["/api/token", "/api/log-in/ann"] {
        let old = app.log_in_as("ann").await;
        old.post("/visit").await.ok();
        app.app.reset();
        let phone = app.program(&token_of(old.post(path).await));
        let calls = app.app.store.take_calls();
        assert_eq!(calls, [Call::Load, Call::Update], "{path} is one write");
        assert!(app.app.events.take().iter().any(|event| event.starts_with("rotated")));
        assert_eq!(phone.get("/look").await.ok(), "1");
        assert_eq!(old.get("/look").await.ok(), "0");
        let events = app.app.events.take();
        assert!(events.iter().any(|event| event.ends_with("Replaced")), "{events:?}");
        assert_eq!(old.post("/visit").await.status, 401);
        assert_eq!(old.token()[..21], phone.token()[..21], "the session and its handle stay");
        phone.post("/log-out").await.ok();
        assert_eq!(app.app.live_sessions().await, 0);
    }
}

async fn the_one_before_shown_late_is_a_theft<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let old = app.log_in_as("ann").await;
    let phone = app.program(&token_of(old.post("/api/token").await));
    app.app.clock.advance(11 * SECOND);
    assert_eq!(old.post("/account").await.status, 401, "nobody has seen the new one");
    assert_eq!(phone.post("/account").await.ok(), "ann");
    phone.post("/visit").await.ok();
    assert_eq!(old.post("/account").await.status, 401);
    let events = app.app.events.take();
    assert!(events.iter().any(|event| event.starts_with("TheftSuspected")), "{events:?}");
    assert_eq!(phone.post("/account").await.status, 401);
}

async fn a_log_in_keeps_what_nobody_s_session_had<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let visitor = app.program(&token_of(app.stranger().post("/api/token").await));
    visitor.post("/add/tea").await.ok();
    let ann = app.program(&token_of(visitor.post("/api/log-in/ann").await));
    let shop: Shop = ann.get("/state").await.json();
    assert_eq!((shop.user.as_deref(), shop.cart), (Some("ann"), vec!["tea".to_owned()]));
    assert_eq!(visitor.post("/account").await.status, 401);
    // Of two log-ins at once each gets a session, as browsers do.
    let late = app.program(&token_of(visitor.post("/api/log-in/ann").await));
    assert_eq!(late.post("/account").await.ok(), "ann");
    assert_ne!(late.token()[..21], ann.token()[..21]);
    assert_eq!(ann.post("/account").await.ok(), "ann");
}

async fn a_log_in_as_another_inherits_only_what_is_carried<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let ann = app.log_in_as("ann").await;
    ann.post("/add/tea").await.ok();
    ann.post("/theme/dark").await.ok();
    let bob = app.program(&token_of(ann.post("/api/switch/bob").await));
    let shop: Shop = bob.get("/state").await.json();
    assert_eq!((shop.user.as_deref(), &*shop.theme), (Some("bob"), "dark"));
    assert_eq!(shop.cart, ["new"]);
    assert_eq!(ann.post("/account").await.status, 401);
}

/// A client would be locked out: its token dead, and no other known to it.
async fn who_is_not_told_a_new_secret_gets_none<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let ann = app.log_in_as("ann").await;
    ann.post("/add/tea").await.ok();
    app.app.reset();
    for path in ["/log-in/bob", "/assign/bob", "/log-in-again", "/rotate", "/sign-off", "/clear"] {
        let reply = ann.post(path).await;
        assert_eq!(reply.summary(), "500, no Set-Cookie, Vary: Cookie, Authorization", "{path}");
        assert_eq!(app.app.store.take_calls(), [Call::Load], "{path}");
    }
    let shop: Shop = ann.get("/state").await.json();
    assert_eq!((shop.user.as_deref(), shop.cart), (Some("ann"), vec!["tea".to_owned()]));
    let text = ErrorKind::BearerTokenUnasked.to_string();
    assert!(
        text.contains("session.bearer_token()") && text.contains("session.destroy()"),
        "{text}"
    );
    // What is nobody's stays nobody's.
    let visitor = app.program(&token_of(app.stranger().post("/api/token").await));
    assert_eq!(visitor.post("/log-in/ann").await.status, 500);
    assert_eq!(visitor.post("/visit").await.ok(), "1");
}

async fn to_end_a_session_and_to_begin_another_are_one_response<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let ann = app.log_in_as("ann").await;
    let bob = app.program(&token_of(ann.post("/api/end-and-log-in/bob").await));
    assert_ne!(ann.token()[..21], bob.token()[..21], "it has another handle");
    assert_eq!(bob.post("/account").await.ok(), "bob");
    assert_eq!(ann.post("/account").await.status, 401);
    assert_eq!(app.app.live_sessions().await, 1);
}

async fn a_password_is_reset_and_its_user_logged_in<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let visitor = app.program(&token_of(app.stranger().post("/api/token").await));
    visitor.post("/add/tea").await.ok();
    let (phone, browser) = (app.log_in_as("ann").await, app.app.log_in_as("ann").await);
    let bob = app.log_in_as("bob").await;
    app.app.clock.advance(SECOND);
    // In a session of nobody's, in one that the reset itself ends, in another's, and in none.
    let mut before = phone.clone();
    for (client, cart) in [(visitor, 1), (phone, 0), (bob, 0), (app.stranger(), 0)] {
        let now = app.program(&token_of(client.post("/api/reset/ann").await));
        let shop: Shop = now.get("/state").await.json();
        assert_eq!((shop.user.as_deref(), shop.cart.len()), (Some("ann"), cart));
        assert_eq!(before.post("/account").await.status, 401, "the reset has ended it");
        before = now;
        app.app.clock.advance(SECOND);
        if client.token.is_some() {
            assert_eq!(client.post("/account").await.status, 401);
        }
        if cart == 1 {
            // It is the one that the next reset begins with.
            let again = app.program(&token_of(before.post("/api/reset/ann").await));
            assert_ne!(again.token()[..21], before.token()[..21], "its own session is over");
            assert_eq!(before.post("/account").await.status, 401);
            before = again;
        }
        app.app.clock.advance(SECOND);
    }
    assert_eq!(browser.clone().post("/account").await.status, 401);
}

async fn of_two_new_tokens_at_once_one_is_the_session_s<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    let gate = app.app.store.pause(Call::Update);
    let asking = |path: &'static str| {
        let phone = phone.clone();
        tokio::spawn(async move { phone.post(path).await })
    };
    let first = asking("/api/log-in/ann");
    gate.reached().await;
    let loads = app.app.store.pause(Call::Load);
    let second = asking("/api/log-in/ann");
    loads.reached().await;
    loads.open();
    loads.finished().await;
    gate.open();
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(second.status, 401, "its secret was replaced before: {second:?}");
    assert!(second.body.len() < 64, "and its token is not seen: {}", second.body);
    assert_eq!(app.program(&token_of(first)).post("/account").await.ok(), "ann");
    assert_eq!(app.app.live_sessions().await, 1);
}

async fn a_form_token_is_bound_to_the_token<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    let form = phone.get("/form").await.ok();
    assert_eq!(phone.post(&format!("/form/{form}")).await.status, 200);
    let next = app.program(&token_of(phone.post("/api/token").await));
    assert_eq!(next.ask(Method::POST, &format!("/form/{form}"), &[]).await.status, 403);
}
