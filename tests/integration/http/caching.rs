//! `Vary` and `Cache-Control`.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, ETAG, HeaderName, LAST_MODIFIED, VARY};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::response::sse::{Event, Sse};
use axum::routing::{any, get, post};
use futures_util::{Stream, stream};
use session_axum::{PrivatePages, require_session};
use session_tests::{Call, Client, Fault, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, routes};

on_each_store!(
    with_keys;
    every_answer_to_a_read_varies,
    while_somebody_is_logged_in_no_answer_is_stored,
    of_nobody_answers_may_be_stored,
    what_can_be_asked_for_again_is_asked_for_again,
    an_answer_that_could_not_be_saved_is_private_too,
    the_private_default_can_be_changed_and_switched_off,
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

async fn cache_control(client: &mut Client, method: Method, path: &str) -> String {
    client.ask(method, path).await.header(CACHE_CONTROL)
}

async fn while_somebody_is_logged_in_no_answer_is_stored<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let user = app.log_in_as("ann").await;
    let mut client = Client::with_session(&router(&app), user.session().expect("it was set"));
    app.clock.advance(Duration::from_secs(2));
    for path in ["/state", "/look", "/poll"] {
        assert_eq!(cache_control(&mut client, Method::GET, path).await, "no-store", "{path}");
    }
    for (path, status) in
        [("/account", 200), ("/add/tea", 200), ("/forbidden", 403), ("/stale", 401), ("/500", 500)]
    {
        let reply = client.post(path).await;
        assert_eq!((reply.status.as_u16(), &*reply.header(CACHE_CONTROL)), (status, "no-store"));
    }
    let page = ("sec-fetch-mode", "navigate");
    let request = Request::get("/stale").header(page.0, page.1).body(Body::empty());
    let reply = client.send(request.expect("it is a request")).await;
    assert_eq!((reply.status.as_u16(), &*reply.header(CACHE_CONTROL)), (303, "no-store"));
    assert_eq!(cache_control(&mut client, Method::POST, "/log-out").await, "no-store");
}

async fn of_nobody_answers_may_be_stored<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for mut client in [app.newcomer(), app.visitor().await] {
        for path in ["/state", "/look", "/poll"] {
            assert_eq!(cache_control(&mut client, Method::GET, path).await, "", "{path}");
        }
        assert_eq!(cache_control(&mut client, Method::POST, "/account").await, "");
    }
    let mut gone = app.log_in_as("ann").await;
    gone.clone().post("/log-out").await.ok();
    assert_eq!(cache_control(&mut gone, Method::GET, "/state").await, "");
}

async fn what_can_be_asked_for_again_is_asked_for_again<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let user = app.log_in_as("ann").await;
    let mut client = Client::with_session(&router(&app), user.session().expect("it was set"));
    for path in ["/with-etag", "/with-date", "/304"] {
        let said = cache_control(&mut client, Method::GET, path).await;
        assert_eq!(said, "private, no-cache", "{path}");
    }
    assert_eq!(cache_control(&mut client, Method::GET, "/cached").await, "public, max-age=3600");
    let layered = Client::with_session(&guarded(&app), user.session().expect("it was set"));
    for (mut client, expected) in [
        (layered.clone(), ["private, no-cache", "no-store", "public, max-age=3600"]),
        (app.newcomer().at(&guarded(&app)), ["", "", "public, max-age=3600"]),
    ] {
        for (path, expected) in ["/style.css", "/nowhere", "/plain"].into_iter().zip(expected) {
            assert_eq!(cache_control(&mut client, Method::GET, path).await, expected, "{path}");
        }
    }
}

async fn an_answer_that_could_not_be_saved_is_private_too<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.store.inject(Call::Update, Fault::Fails);
    let reply = client.post("/add/tea").await;
    assert_eq!((reply.status.as_u16(), &*reply.header(CACHE_CONTROL)), (503, "no-store"));
}

async fn the_private_default_can_be_changed_and_switched_off<S: TestStore>(store: S) {
    for (pages, plain, with_etag) in [
        (PrivatePages::NoStore, "no-store", "private, no-cache"),
        (PrivatePages::NoCache, "private, no-cache", "private, no-cache"),
        (PrivatePages::Unset, "", ""),
    ] {
        let app = TestApp::with_options(store.clone(), |builder| builder.cache_control(pages));
        let mut client = app.log_in_as("ann").await.at(&router(&app));
        assert_eq!(cache_control(&mut client, Method::GET, "/state").await, plain);
        assert_eq!(cache_control(&mut client, Method::POST, "/forbidden").await, plain);
        assert_eq!(cache_control(&mut client, Method::GET, "/with-etag").await, with_etag);
        let said = cache_control(&mut client, Method::POST, "/rotate").await;
        assert_eq!(said, "no-store", "it sets a cookie");
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
async fn with_etag(_shop: &Shop) -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(ETAG, "\"1\"")], "a page")
}

#[require_session]
async fn with_date(_shop: &Shop) -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(LAST_MODIFIED, "Thu, 01 Jan 1970 00:00:00 GMT")], "a page")
}

#[require_session]
async fn unchanged(_shop: &Shop) -> StatusCode {
    StatusCode::NOT_MODIFIED
}

#[require_session]
async fn fails(_shop: &Shop) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

fn is_bob(shop: &Shop) -> bool {
    shop.user.as_deref() == Some("bob")
}

#[require_session(allow = is_bob)]
async fn forbidden(_shop: &Shop) {}

#[require_session(fresh = "1s", or_redirect = "/login")]
async fn stale(_shop: &Shop) {}

/// A static file, as a file server answers it.
async fn style() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(LAST_MODIFIED, "Thu, 01 Jan 1970 00:00:00 GMT")], "a {}")
}

/// Looks at the session, whatever is inside.
#[require_session]
async fn looks(_shop: &Shop, request: Request, next: Next) -> Response {
    next.run(request).await
}

fn guarded<S>(app: &TestApp<S>) -> Router {
    let app_state = AppState { sessions: app.sessions.clone() };
    Router::new()
        .route("/style.css", get(style))
        .route("/plain", get(plain))
        .layer(from_fn_with_state(app_state.clone(), looks))
        .fallback_service(get(async || ()).layer(from_fn_with_state(app_state, looks)))
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
        .route("/with-etag", get(with_etag))
        .route("/with-date", get(with_date))
        .route("/304", get(unchanged))
        .route("/500", post(fails))
        .route("/forbidden", post(forbidden))
        .route("/stale", any(stale))
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
