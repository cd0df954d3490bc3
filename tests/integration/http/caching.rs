//! `Vary` and `Cache-Control`.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, ETAG, HeaderName, VARY};
use axum::http::{Method, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::routing::{any, get, post};
use futures_util::{Stream, stream};
use session_axum::require_session;
use session_test_support::{Call, Client};
use session_tests::{TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, routes};

on_each_store!(
    every_answer_to_a_read_varies,
    a_refusal_varies,
    a_renewed_limit_varies_and_sets_no_cookie,
    a_set_cookie_is_not_stored_by_caches,
    what_a_handler_says_to_caches_is_merged,
    not_modified_keeps_its_headers,
    an_event_stream_keeps_its_headers,
    a_handler_without_a_session_is_left_alone,
);

async fn every_answer_to_a_read_varies<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for mut client in [app.newcomer(), app.log_in_as("ann").await] {
        for path in ["/state", "/look"] {
            assert_eq!(client.get(path).await.summary(), "200, no Set-Cookie, Vary: Cookie");
        }
    }
    let mut user = app.log_in_as("ann").await;
    for path in ["/cart", "/account"] {
        assert_eq!(user.post(path).await.summary(), "200, no Set-Cookie, Vary: Cookie");
    }
}

async fn a_refusal_varies<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for path in ["/cart", "/account"] {
        assert_eq!(app.newcomer().post(path).await.summary(), "401, no Set-Cookie, Vary: Cookie");
    }
}

async fn a_renewed_limit_varies_and_sets_no_cookie<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.clock.advance(Duration::from_mins(30));
    assert_eq!(client.get("/look").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Touch]);
}

async fn a_set_cookie_is_not_stored_by_caches<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    let expected = "200, cookie set, Vary: Cookie, Cache-Control: no-store";
    for path in ["/visit", "/remember/true", "/rotate", "/log-in/ann", "/sign-off"] {
        assert_eq!(client.post(path).await.summary(), expected, "{path}");
    }
    let expected = "200, cookie removed, Vary: Cookie, Cache-Control: no-store";
    assert_eq!(client.post("/log-out").await.summary(), expected);
}

type Said = [(HeaderName, &'static str); 3];

const CACHED: Said =
    [(CACHE_CONTROL, "public, max-age=3600"), (VARY, "Accept-Encoding"), (ETAG, "\"1\"")];

#[require_session]
async fn cached(_shop: &Shop) -> (Said, &'static str) {
    (CACHED, "a page")
}

#[require_session]
async fn counted(shop: &mut Shop) -> (Said, &'static str) {
    shop.visits += 1;
    (CACHED, "a page")
}

#[require_session]
async fn varied(_shop: &Shop) -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(VARY, "accept, COOKIE")], "a page")
}

#[require_session]
async fn varied_by_everything(_shop: &Shop) -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(VARY, "*")], "a page")
}

#[require_session]
async fn not_modified(shop: &mut Shop) -> (StatusCode, Said) {
    shop.visits += 1;
    (StatusCode::NOT_MODIFIED, CACHED)
}

#[require_session]
async fn events(shop: &mut Shop) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    shop.visits += 1;
    Sse::new(stream::iter([Ok(Event::default().data("one")), Ok(Event::default().data("two"))]))
}

async fn plain() -> (Said, &'static str) {
    (CACHED, "a page")
}

fn router<S: TestStore>(app: &TestApp<S>) -> Router {
    let router = routes()
        .route("/cached", any(cached))
        .route("/counted", post(counted))
        .route("/varied", get(varied))
        .route("/varied-by-everything", get(varied_by_everything))
        .route("/not-modified", post(not_modified))
        .route("/events", get(events))
        .route("/plain", get(plain));
    router.with_state(AppState { sessions: app.sessions.clone() })
}

async fn what_a_handler_says_to_caches_is_merged<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&router(&app));
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        let reply = client.ask(method, "/cached").await;
        assert_eq!(reply.header(VARY), "Accept-Encoding, Cookie");
        assert_eq!(reply.header(CACHE_CONTROL), "public, max-age=3600");
    }
    let reply = client.post("/counted").await;
    assert_eq!(reply.header(VARY), "Accept-Encoding, Cookie");
    assert_eq!(reply.header(CACHE_CONTROL), "no-store");
    let reply = client.post("/counted").await;
    assert_eq!(reply.header(CACHE_CONTROL), "public, max-age=3600", "no Set-Cookie this time");
    assert_eq!(client.get("/varied").await.header(VARY), "accept, COOKIE");
    assert_eq!(client.get("/varied-by-everything").await.header(VARY), "*");
}

async fn not_modified_keeps_its_headers<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&router(&app));
    let first = client.post("/not-modified").await;
    assert_eq!(
        first.summary(),
        "304, cookie set, Vary: Accept-Encoding, Cookie, Cache-Control: no-store"
    );
    let second = client.post("/not-modified").await;
    let expected =
        "304, no Set-Cookie, Vary: Accept-Encoding, Cookie, Cache-Control: public, max-age=3600";
    assert_eq!(second.summary(), expected);
    assert_eq!([first, second].map(|reply| reply.header(ETAG)), ["\"1\"", "\"1\""]);
}

async fn an_event_stream_keeps_its_headers<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&router(&app));
    let reply = client.get("/events").await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(reply.body, "data: one\n\ndata: two\n\n");
    let expected = "200, no Set-Cookie, Vary: Cookie, Cache-Control: no-cache";
    assert_eq!(client.get("/events").await.summary(), expected);
}

async fn a_handler_without_a_session_is_left_alone<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let user = app.log_in_as("ann").await;
    let mut client = Client::with_session(&router(&app), user.session().expect("it was set"));
    let reply = client.get("/plain").await;
    assert_eq!(reply.header(VARY), "Accept-Encoding");
    assert_eq!(reply.header(CACHE_CONTROL), "public, max-age=3600");
    assert_eq!(app.store.take_calls(), []);
}
