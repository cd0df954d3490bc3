//! What caches are told.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, ETAG, HeaderName, VARY};
use axum::http::{Method, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::routing::{any, get, post};
use futures_util::{Stream, stream};
use session_core::require_session;
use session_tests::{Call, Client, Fresh, on_each_store};

use crate::house::{App, House, Shop, routes};

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

async fn every_answer_to_a_read_varies<S: Fresh>(store: S) {
    let house = House::new(store);
    for mut client in [house.newcomer(), house.member("ann").await] {
        for path in ["/state", "/look"] {
            assert_eq!(client.get(path).await.told(), "200, no Set-Cookie, Vary: Cookie");
        }
    }
    let mut member = house.member("ann").await;
    for path in ["/cart", "/account"] {
        assert_eq!(member.post(path).await.told(), "200, no Set-Cookie, Vary: Cookie");
    }
}

async fn a_refusal_varies<S: Fresh>(store: S) {
    let house = House::new(store);
    for path in ["/cart", "/account"] {
        assert_eq!(house.newcomer().post(path).await.told(), "401, no Set-Cookie, Vary: Cookie");
    }
}

async fn a_renewed_limit_varies_and_sets_no_cookie<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    house.clock.advance(Duration::from_mins(30));
    assert_eq!(client.get("/look").await.told(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(house.store.calls(), [Call::Load, Call::Touch]);
}

async fn a_set_cookie_is_not_stored_by_caches<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.newcomer();
    let told = "200, cookie set, Vary: Cookie, Cache-Control: no-store";
    for path in ["/visit", "/remember/true", "/rotate", "/log-in/ann", "/sign-off"] {
        assert_eq!(client.post(path).await.told(), told, "{path}");
    }
    let told = "200, cookie removed, Vary: Cookie, Cache-Control: no-store";
    assert_eq!(client.post("/log-out").await.told(), told);
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

fn app<S: Fresh>(house: &House<S>) -> Router {
    let app = routes()
        .route("/cached", any(cached))
        .route("/counted", post(counted))
        .route("/varied", get(varied))
        .route("/varied-by-everything", get(varied_by_everything))
        .route("/not-modified", post(not_modified))
        .route("/events", get(events))
        .route("/plain", get(plain));
    app.with_state(App { sessions: house.sessions.clone() })
}

async fn what_a_handler_says_to_caches_is_merged<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = Client::new(&app(&house));
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

async fn not_modified_keeps_its_headers<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = Client::new(&app(&house));
    let first = client.post("/not-modified").await;
    assert_eq!(
        first.told(),
        "304, cookie set, Vary: Accept-Encoding, Cookie, Cache-Control: no-store"
    );
    let second = client.post("/not-modified").await;
    let told =
        "304, no Set-Cookie, Vary: Accept-Encoding, Cookie, Cache-Control: public, max-age=3600";
    assert_eq!(second.told(), told);
    assert_eq!([first, second].map(|reply| reply.header(ETAG)), ["\"1\"", "\"1\""]);
}

async fn an_event_stream_keeps_its_headers<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = Client::new(&app(&house));
    let reply = client.get("/events").await;
    assert_eq!(reply.told(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(reply.body, "data: one\n\ndata: two\n\n");
    let told = "200, no Set-Cookie, Vary: Cookie, Cache-Control: no-cache";
    assert_eq!(client.get("/events").await.told(), told);
}

async fn a_handler_without_a_session_is_left_alone<S: Fresh>(store: S) {
    let house = House::new(store);
    let member = house.member("ann").await;
    let mut client = Client::with_session(&app(&house), member.session().expect("it was set"));
    let reply = client.get("/plain").await;
    assert_eq!(reply.header(VARY), "Accept-Encoding");
    assert_eq!(reply.header(CACHE_CONTROL), "public, max-age=3600");
    assert_eq!(house.store.calls(), []);
}
