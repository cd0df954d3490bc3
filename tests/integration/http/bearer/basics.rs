//! What a bearer token is good for: the same sessions, in every way.

use std::time::Duration;

use axum::http::Method;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use session_axum::{BuildError, KeyRing, MemoryStore, Sessions};
use session_tests::{Call, TestStore, on_each_store};

use super::super::app::{Shop, TestApp};
use super::app::{BearerApp, token_of};

on_each_store!(
    with_keys_and_on_a_cluster;
    a_token_shows_its_session_as_a_cookie_does,
    a_session_begins_with_its_token_even_if_nothing_is_set,
    asked_twice_it_is_the_same_token,
    no_cache_keeps_a_token_whatever_the_handler_says,
    browsers_use_the_same_handlers_by_cookie,
    of_changes_at_once_both_are_kept,
    a_program_is_among_the_sessions_of_its_principal,
    a_log_out_ends_it_and_sets_nothing,
    of_log_ins_too_many_the_oldest_ends_whoever_shows_it,
    without_the_option_there_are_no_tokens,
);

const PLAIN: &str = "200, no Set-Cookie, Vary: Cookie, Authorization";

async fn a_token_shows_its_session_as_a_cookie_does<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let token = token_of(app.stranger().post("/api/log-in/ann").await);
    assert_eq!(token.len(), if app.app.store.store().sealing().is_some() { 96 } else { 64 });
    assert_eq!(app.app.store.take_calls(), [Call::Insert], "a log-in is one insert");
    let phone = app.program(&token);
    let reply = phone.get("/state").await;
    assert_eq!(reply.summary(), PLAIN);
    assert_eq!(reply.header(CACHE_CONTROL), "no-store", "somebody is logged in");
    assert_eq!(app.app.store.take_calls(), [Call::Load]);
    assert_eq!(phone.post("/visit").await.ok(), "1");
    assert_eq!(phone.post("/visit").await.summary(), PLAIN);
    assert_eq!(phone.get("/look").await.ok(), "2");
    assert_eq!(phone.post("/account").await.ok(), "ann");
    assert_eq!(phone.get("/api/is-bearer").await.ok(), "true");
    // The scheme's case is free, and so are the spaces after it.
    for shown in [format!("bearer {token}"), format!("BEARER   {token}")] {
        let reply =
            app.stranger().ask(Method::POST, "/account", &[(AUTHORIZATION.as_str(), &shown)]).await;
        assert_eq!(reply.ok(), "ann");
    }
}

async fn a_session_begins_with_its_token_even_if_nothing_is_set<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let token = token_of(app.stranger().post("/api/token").await);
    let program = app.program(&token);
    assert_eq!(program.post("/cart").await.ok(), "", "`existing` lets it in");
    assert_eq!(program.post("/visit").await.ok(), "1");
    assert_eq!(app.app.live_sessions().await, 1);
}

async fn asked_twice_it_is_the_same_token<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let token = token_of(app.stranger().post("/api/tokens").await);
    let next = token_of(app.program(&token).post("/api/tokens").await);
    assert_ne!(token, next);
    assert_eq!(app.program(&next).get("/look").await.ok(), "2");
}

async fn no_cache_keeps_a_token_whatever_the_handler_says<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    token_of(app.stranger().get("/api/public").await);
}

/// Who shows neither begins a session by cookie, as ever.
async fn browsers_use_the_same_handlers_by_cookie<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let mut browser = app.app.newcomer().at(&app.router);
    let set = "200, cookie set, Vary: Cookie, Authorization, Cache-Control: no-store";
    assert_eq!(browser.post("/log-in/ann").await.summary(), set);
    assert_eq!(browser.post("/account").await.ok(), "ann");
    assert_eq!(browser.get("/api/is-bearer").await.ok(), "false");
    app.app.clock.advance(Duration::from_mins(30));
    browser.get("/look").await.ok();
    app.app.clock.advance(Duration::from_mins(30));
    assert_eq!(browser.get("/look").await.summary(), set, "and its secret is renewed");
}

async fn of_changes_at_once_both_are_kept<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    let gate = app.app.store.pause(Call::Update);
    let first = tokio::spawn({
        let phone = phone.clone();
        async move { phone.post("/visit").await.ok() }
    });
    gate.reached().await;
    let second = tokio::spawn({
        let phone = phone.clone();
        async move { phone.post("/add/tea").await.status }
    });
    gate.open();
    first.await.unwrap();
    assert_eq!(second.await.unwrap(), 200);
    let shop: Shop = phone.get("/state").await.json();
    assert_eq!((shop.visits, shop.cart), (1, vec!["tea".to_owned()]));
}

async fn a_program_is_among_the_sessions_of_its_principal<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    app.app.clock.advance(Duration::from_secs(1));
    let tablet = app.log_in_as("ann").await;
    let ann = "ann".to_owned();
    let listed = app.app.sessions.list(&ann).await.unwrap();
    let labels: Vec<_> = listed.iter().filter_map(|listed| listed.label.as_deref()).collect();
    assert_eq!(labels, ["phone/1"; 2]);
    assert!(app.app.sessions.revoke(&listed[1].handle).await.unwrap());
    let reply = phone.post("/account").await;
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie, Authorization");
    assert_eq!(reply.header(WWW_AUTHENTICATE), "Bearer");
    assert_eq!(tablet.post("/others").await.ok(), "0");
    let browser = app.app.log_in_as("ann").await;
    assert_eq!(tablet.post("/others").await.ok(), "1", "a browser's is ended by a program");
    assert_eq!(browser.clone().post("/account").await.status, 401);
    assert_eq!(app.app.sessions.revoke_all(&ann).await.unwrap().ended(), 1);
    assert_eq!(tablet.post("/account").await.status, 401);
}

async fn a_log_out_ends_it_and_sets_nothing<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    for path in ["/log-out", "/api/farewell"] {
        let phone = app.log_in_as("ann").await;
        assert_eq!(phone.post(path).await.summary(), PLAIN);
        assert_eq!(app.app.store.take_calls(), [Call::Load, Call::Delete], "{path}");
        assert_eq!(phone.post("/account").await.status, 401);
        assert_eq!(phone.post(path).await.status, 200, "once more is no error");
        assert_eq!(app.app.live_sessions().await, 0);
    }
}

async fn of_log_ins_too_many_the_oldest_ends_whoever_shows_it<S: TestStore>(store: S) {
    let app = BearerApp::with_options(store, |builder| builder.max_per_principal(2));
    let phone = app.log_in_as("ann").await;
    app.app.clock.advance(Duration::from_secs(1));
    let browser = app.app.log_in_as("ann").await;
    app.app.clock.advance(Duration::from_secs(1));
    let tablet = app.log_in_as("ann").await;
    assert_eq!(phone.post("/account").await.status, 401);
    assert_eq!(browser.clone().post("/account").await.ok(), "ann");
    assert_eq!(tablet.post("/account").await.ok(), "ann");
}

async fn without_the_option_there_are_no_tokens<S: TestStore>(store: S) {
    let with = BearerApp::new(store.clone());
    let token = with.log_in_as("ann").await.token.expect("it has one");
    let without = BearerApp::of(TestApp::new(store));
    let stranger = without.stranger();
    let shown = format!("Bearer {token}");
    let shown = [(AUTHORIZATION.as_str(), shown.as_str())];
    let reply = stranger.ask(Method::GET, "/look", &shown).await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(without.app.store.take_calls(), []);
    assert_eq!(without.app.events.take(), [""; 0]);
    let reply = stranger.ask(Method::POST, "/visit", &shown).await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    without.app.reset();
    let refused = stranger.post("/api/log-in/ann").await;
    assert_eq!((refused.status.as_u16(), &*refused.body), (500, "the session is unavailable\n"));
    assert_eq!(without.app.store.take_calls(), []);
    assert_eq!(with.program(&token).post("/account").await.ok(), "ann");
}

#[test]
fn sealed_cookies_have_no_tokens() {
    let ring = KeyRing::from_bytes([7; 32]).unwrap();
    for built in [
        Sessions::<Shop>::sealed_cookie(ring.clone()).accept_replay_until_expiry().bearer().build(),
        Sessions::<Shop>::sealed_cookie(ring).revocations(MemoryStore::new()).bearer().build(),
    ] {
        let error = built.err();
        assert_eq!(error, Some(BuildError::NoTokens));
        let text = error.unwrap().to_string();
        assert!(text.contains("leave out `.bearer()`") && text.contains("in a store"), "{text}");
    }
}
