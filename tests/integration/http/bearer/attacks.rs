//! What proves nothing: tokens in the wrong place, stolen, old or malformed, and requests of other sites.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{Method, Request};
use session_axum::{Builder, ErrorKind};
use session_tests::{COOKIE_NAME, Client, Reply, TestStore, on_each_store};

use super::super::app::Shop;
use super::app::{BearerApp, token_of};

on_each_store!(
    with_keys;
    a_cookie_s_value_is_no_bearer_token_and_a_bearer_token_no_cookie,
    beside_a_session_cookie_a_token_counts_for_nothing,
    a_request_with_a_session_cookie_gets_no_token,
    two_headers_are_nobody_s,
    another_scheme_is_as_no_header,
    what_is_no_token_is_as_no_header,
    a_guess_is_nobody_s_and_ends_nothing,
    a_token_that_nobody_issued_is_not_adopted,
    a_token_of_another_session_type_is_nobody_s,
    a_dead_token_reads_as_nobody_and_changes_nothing,
    with_a_token_a_request_may_come_from_anywhere,
    beside_a_cookie_it_may_not,
    a_log_in_of_another_site_s_page_gets_its_token,
    an_upgrade_with_a_token_needs_no_origin,
);

const PLAIN: &str = "200, no Set-Cookie, Vary: Cookie, Authorization";
const EVIL: [(&str, &str); 2] =
    [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];

/// Sends a request with these headers alone.
async fn ask<S: TestStore>(
    app: &BearerApp<S>,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("host", "shop.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("it is a request");
    Client::new(&app.router).send(request).await
}

/// Whether a request with these headers is nobody's.
async fn is_nobody<S: TestStore>(app: &BearerApp<S>, headers: &[(&str, &str)]) {
    let reply = ask(app, Method::GET, "/look", headers).await;
    assert_eq!((reply.summary().as_str(), &*reply.body), (PLAIN, "0"), "{headers:?}");
    let reply = ask(app, Method::POST, "/account", headers).await;
    assert_eq!((reply.status.as_u16(), &*reply.body), (401, "this needs a log-in\n"));
}

async fn a_cookie_s_value_is_no_bearer_token_and_a_bearer_token_no_cookie<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let (phone, browser) = (app.log_in_as("ann").await, app.app.log_in_as("ann").await);
    phone.post("/visit").await.ok();
    browser.clone().post("/visit").await.ok();
    app.app.reset();
    let value = browser.session().expect("it has a cookie");
    is_nobody(&app, &[(AUTHORIZATION.as_str(), &format!("Bearer {value}"))]).await;
    let reason = if app.app.store.store().sealing().is_some() { "Forged" } else { "WrongSecret" };
    let events = app.app.events.take();
    assert!(events[0].starts_with("ignored") && events[0].ends_with(reason), "{events:?}");
    is_nobody(&app, &[(COOKIE.as_str(), &format!("{COOKIE_NAME}={}", phone.token()))]).await;
    let events = app.app.events.take();
    assert!(events[0].starts_with("ignored") && events[0].ends_with(reason), "{events:?}");
    // Neither is taken for a theft.
    assert_eq!(phone.post("/account").await.ok(), "ann");
    assert_eq!(browser.clone().post("/account").await.ok(), "ann");
}

async fn beside_a_session_cookie_a_token_counts_for_nothing<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let (phone, browser) = (app.log_in_as("bob").await, app.app.log_in_as("ann").await);
    let shown = format!("Bearer {}", phone.token());
    let cookie = format!("{COOKIE_NAME}={}", browser.session().expect("it has a cookie"));
    let both = [(COOKIE.as_str(), cookie.as_str()), (AUTHORIZATION.as_str(), &shown)];
    assert_eq!(ask(&app, Method::POST, "/account", &both).await.ok(), "ann");
    assert_eq!(ask(&app, Method::GET, "/api/is-bearer", &both).await.ok(), "false");
    // Neither beside a bad one, nor one that is empty, nor a part of one.
    for bad in ["=", "=nonsense", ".1=part", "=a; __Host-session=b"] {
        let cookie = format!("{COOKIE_NAME}{bad}");
        is_nobody(&app, &[(COOKIE.as_str(), &cookie), (AUTHORIZATION.as_str(), &shown)]).await;
    }
    // Other cookies are none of the session's.
    let other = [(COOKIE.as_str(), "theme=dark"), (AUTHORIZATION.as_str(), &shown)];
    assert_eq!(ask(&app, Method::POST, "/account", &other).await.ok(), "bob");
}

async fn a_request_with_a_session_cookie_gets_no_token<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let mut browser = app.app.log_in_as("ann").await.at(&app.router);
    let cookie = browser.session().expect("it has a cookie").to_owned();
    for path in ["/api/token", "/api/log-in/bob", "/api/reset/bob", "/api/end-and-log-in/bob"] {
        let reply = browser.post(path).await;
        assert_eq!(reply.summary(), "500, no Set-Cookie, Vary: Cookie, Authorization", "{path}");
    }
    let text = ErrorKind::BearerBesideCookie.to_string();
    assert!(text.contains("send it without the cookie"), "{text}");
    assert_eq!(browser.post("/account").await.ok(), "ann");
    assert_eq!(browser.session(), Some(&*cookie));
    let mut stale = Client::with_session(&app.router, "nonsense");
    assert_eq!(stale.post("/api/log-in/bob").await.status, 500, "be it a bad one");
    assert_eq!(app.app.live_sessions().await, 1);
}

async fn two_headers_are_nobody_s<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    let shown = format!("Bearer {}", phone.token());
    for second in [&*shown, "Basic YTpi", ""] {
        for pair in [[&*shown, second], [second, &*shown]] {
            is_nobody(&app, &pair.map(|value| (AUTHORIZATION.as_str(), value))).await;
            assert_eq!(app.app.events.take()[0], "ignored Repeated");
        }
    }
    let basic = (AUTHORIZATION.as_str(), "Basic YTpi");
    is_nobody(&app, &[basic, basic]).await;
    assert!(app.app.events.take().iter().all(|event| event == "refused 401"), "they are another's");
    assert_eq!(app.app.store.take_calls(), [], "nobody asks the store");
}

/// A browser sends `Basic` by itself wherever the site asks for a password.
async fn another_scheme_is_as_no_header<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let token = app.log_in_as("ann").await.token.expect("it has one");
    for shown in [
        format!("Basic {token}"),
        format!("Digest {token}"),
        format!("Token {token}"),
        format!("Bearer{token}"),
        format!("X Bearer {token}"),
        token.clone(),
    ] {
        let shown = [(AUTHORIZATION.as_str(), shown.as_str())];
        is_nobody(&app, &shown).await;
        assert!(app.app.events.take().iter().all(|event| event == "refused 401"));
        let foreign = [shown[0], EVIL[0], EVIL[1]];
        assert_eq!(ask(&app, Method::POST, "/visit", &foreign).await.status, 403);
        assert_eq!(app.app.store.take_calls(), []);
        let reply = ask(&app, Method::POST, "/visit", &shown).await;
        assert!(reply.set_cookie().is_some(), "a browser's session begins: {reply:?}");
        app.app.reset();
    }
}

/// Another service's tokens are `Bearer` too, and a proxy in front may add one.
async fn what_is_no_token_is_as_no_header<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let token = app.log_in_as("ann").await.token.expect("it has one");
    for shown in [
        String::new(),
        token[..63].to_owned(),
        format!("{token}A"),
        format!("{token}="),
        format!("{token} {token}"),
        format!("+{}", &token[1..]),
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl".to_owned(),
        "' OR '1'='1".to_owned(),
    ] {
        let shown = format!("Bearer {shown}");
        let shown = [(AUTHORIZATION.as_str(), shown.as_str())];
        is_nobody(&app, &shown).await;
        assert_eq!(app.app.events.take()[0], "ignored Malformed", "{shown:?}");
        let foreign = [shown[0], EVIL[0], EVIL[1]];
        assert_eq!(ask(&app, Method::POST, "/visit", &foreign).await.status, 403);
        assert_eq!(app.app.store.take_calls(), [], "{shown:?}");
        assert_eq!(ask(&app, Method::POST, "/visit", &shown).await.status, 200);
        app.app.reset();
    }
}

async fn a_guess_is_nobody_s_and_ends_nothing<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    let token = phone.token();
    for wrong in [62, 43, 22, 0] {
        let other = if &token[wrong..=wrong] == "A" { "B" } else { "A" };
        let guess = format!("Bearer {}{other}{}", &token[..wrong], &token[wrong + 1..]);
        is_nobody(&app, &[(AUTHORIZATION.as_str(), &guess)]).await;
    }
    assert_eq!(phone.post("/account").await.ok(), "ann");
}

async fn a_token_that_nobody_issued_is_not_adopted<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    assert_eq!(phone.post("/log-out").await.status, 200);
    let again = token_of(phone.post("/api/log-in/ann").await);
    assert_ne!(again[..21], phone.token()[..21], "a new session has a handle of its own");
    assert_eq!(phone.post("/account").await.status, 401);
    assert_eq!(app.program(&again).post("/account").await.ok(), "ann");
}

async fn a_token_of_another_session_type_is_nobody_s<S: TestStore>(store: S) {
    let app = BearerApp::new(store.clone());
    let phone = app.log_in_as("ann").await;
    let other = BearerApp::with_options(store, |builder| builder.name("Office"));
    let phone_there = other.program(phone.token());
    assert_eq!(phone_there.post("/account").await.status, 401);
    let events = other.app.events.take();
    assert!(events[0].starts_with("OtherName"), "who has its secret is told: {events:?}");
    assert_eq!(phone.post("/account").await.ok(), "ann");
}

async fn a_dead_token_reads_as_nobody_and_changes_nothing<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    phone.post("/log-out").await.ok();
    app.app.reset();
    assert_eq!(phone.get("/look").await.ok(), "0");
    let reply = phone.post("/visit").await;
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie, Authorization");
    assert_eq!(reply.body, "the session is over\n");
    assert_eq!(app.app.live_sessions().await, 0, "nothing begins of which its client has no token");
    let reply = phone.post("/log-in/ann").await;
    assert_eq!(reply.status, 500, "nor by a log-in that asks for none");
    assert_eq!(app.app.live_sessions().await, 0);
    let token = token_of(phone.post("/api/log-in/ann").await);
    assert_eq!(app.program(&token).post("/account").await.ok(), "ann");
}

async fn with_a_token_a_request_may_come_from_anywhere<S: TestStore>(store: S) {
    let app = BearerApp::with_options(store, Builder::refuse_requests_without_origin);
    let own = ("sec-fetch-site", "same-origin");
    let reply = ask(&app, Method::POST, "/api/log-in/ann", &[own]).await;
    let phone = app.program(&token_of(reply));
    for headers in [&EVIL[..], &EVIL[1..], &[], &[("origin", "null")]] {
        assert_eq!(phone.ask(Method::POST, "/account", headers).await.ok(), "ann", "{headers:?}");
        let reply = phone.ask(Method::POST, "/visit", headers).await;
        assert_eq!(reply.summary(), PLAIN, "{headers:?}");
        let reply = phone.ask(Method::POST, "/api/is-withheld", headers).await;
        assert_eq!(reply.ok(), "false", "{headers:?}");
    }
    let shop: Shop = phone.get("/state").await.json();
    assert_eq!(shop.visits, 4);
    assert!(!app.app.events.take().iter().any(|event| event.contains("Withheld")));
    // A dead one is let through as nobody's, and sets nothing.
    assert_eq!(phone.ask(Method::POST, "/log-out", &EVIL).await.summary(), PLAIN);
    assert_eq!(phone.ask(Method::POST, "/visit", &EVIL).await.status, 401);
    assert_eq!(phone.ask(Method::POST, "/log-in/eve", &EVIL).await.status, 500);
    assert_eq!(app.app.live_sessions().await, 0);
    assert_eq!(app.stranger().ask(Method::POST, "/visit", &EVIL).await.status, 403);
}

async fn beside_a_cookie_it_may_not<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let (phone, browser) = (app.log_in_as("ann").await, app.app.log_in_as("ann").await);
    let shown = format!("Bearer {}", phone.token());
    for cookie in [browser.session().expect("it has a cookie"), "nonsense", ""] {
        let cookie = format!("{COOKIE_NAME}={cookie}");
        let headers = [(COOKIE.as_str(), &*cookie), (AUTHORIZATION.as_str(), &*shown), EVIL[1]];
        let reply = ask(&app, Method::POST, "/visit", &headers).await;
        assert_eq!(reply.summary(), "403, no Set-Cookie, Vary: Cookie, Authorization", "{cookie}");
    }
}

/// A single-page application on a host of its own: its browser may withhold a cookie, and none is touched.
async fn a_log_in_of_another_site_s_page_gets_its_token<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let token = token_of(ask(&app, Method::POST, "/api/hook/ann", &EVIL).await);
    assert_eq!(app.program(&token).ask(Method::POST, "/account", &EVIL).await.ok(), "ann");
    let reply = ask(&app, Method::POST, "/api/log-in/ann", &EVIL).await;
    assert_eq!(reply.status, 403, "a handler that is open to other sites says so");
}

async fn an_upgrade_with_a_token_needs_no_origin<S: TestStore>(store: S) {
    let app = BearerApp::new(store);
    let phone = app.log_in_as("ann").await;
    let socket = ("upgrade", "websocket");
    let opened = "101, no Set-Cookie, Vary: Cookie, Authorization";
    for headers in [&[socket][..], &[socket, EVIL[1]]] {
        let reply = phone.ask(Method::GET, "/upgrade", headers).await;
        assert_eq!(reply.summary(), opened, "{headers:?}");
        assert_eq!(app.stranger().ask(Method::GET, "/upgrade", headers).await.status, 403);
    }
    app.app.clock.advance(Duration::from_mins(61));
    let reply = phone.ask(Method::GET, "/upgrade", &[socket]).await;
    assert_eq!(reply.summary(), opened, "who it is the handler asks: it is nobody");
}
