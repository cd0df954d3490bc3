//! Background requests, which a page sends by itself: they keep nobody logged in.

use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use session_axum::{Session, Sessions, require_session};
use session_test_support::Gate;
use session_tests::{Call, TestStore, on_each_store};

use super::app::{Clock, Shop, TestApp, state};

on_each_store!(
    with_keys;
    polling_alone_keeps_no_session_alive,
    what_a_background_request_saves_extends_nothing,
    what_happens_outside_of_a_request_extends_nothing,
    a_background_request_renews_no_secret,
    under_any_middleware_it_renews_nothing,
    a_request_that_fails_is_a_use_all_the_same,
    a_request_that_hangs_up_leaves_no_trace,
    what_a_function_is_told_of_the_end_is_what_comes,
);

const MINUTE: Duration = Duration::from_mins(1);

async fn polling_alone_keeps_no_session_alive<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for _ in 0..59 {
        app.clock.advance(MINUTE);
        assert_eq!(client.get("/poll").await.ok(), "1");
    }
    assert!(app.store.take_calls().iter().all(|call| *call == Call::Load));
    app.clock.advance(MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0");
    assert_eq!(app.live_sessions().await, 0);
    // Somebody who is there is another matter.
    let mut client = app.visitor().await;
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/look").await.ok(), "1");
    app.clock.advance(59 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "1");
}

async fn what_a_background_request_saves_extends_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.clock.advance(59 * MINUTE);
    client.post("/job").await.ok();
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(state(&mut client.clone()).await.notice.as_deref(), Some("done"));
    let app = TestApp::new(app.store.store().clone());
    app.clock.advance(59 * MINUTE);
    client.switch_to(&app.router);
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "1", "the look at the state was a use");
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0", "the job was none");
}

async fn what_happens_outside_of_a_request_extends_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.clock.advance(59 * MINUTE);
    let listed = app.sessions.list(&"ann".to_owned()).await.expect("the store works");
    let update = app.sessions.update(&listed[0].handle, |shop| shop.visits = 7);
    update.await.expect("the session is there");
    assert_eq!(client.get("/poll").await.ok(), "7");
    app.clock.advance(MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0");
}

async fn a_background_request_renews_no_secret<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.clock.advance(30 * MINUTE);
    client.get("/look").await.ok();
    app.clock.advance(30 * MINUTE);
    for path in ["/poll", "/job"] {
        let method = if path == "/poll" { "GET" } else { "POST" };
        let reply = client.ask(method.parse().expect("a method"), path).await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie", "{path}");
    }
    let reply = client.get("/look").await;
    assert!(reply.summary().starts_with("200, cookie set"), "{}", reply.summary());
}

/// What lies around every route: one that reads, and one that writes and lends.
#[require_session]
async fn reading(session: &Session<Shop>, request: Request, next: Next) -> Response {
    let _ = session.visits;
    next.run(request).await
}

#[require_session]
async fn lending(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.run(next, request).await
}

/// Says in how many minutes the session ends.
#[require_session(background)]
async fn countdown(session: &Session<Shop>, State(app): State<App>) -> String {
    minutes_left(session, &app)
}

#[require_session]
async fn shown(session: &Session<Shop>, State(app): State<App>) -> String {
    minutes_left(session, &app)
}

fn minutes_left(session: &Session<Shop>, app: &App) -> String {
    let now = SystemTime::from(app.clock.now());
    let left = session.expires().and_then(|end| end.duration_since(now).ok());
    left.map_or_else(String::new, |left| (left.as_secs() / 60).to_string())
}

#[require_session]
async fn failing(_shop: &Shop) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

#[require_session]
async fn waiting(_shop: &Shop, State(App { gate, .. }): State<App>) {
    gate.pass().await;
}

fn routes<S: TestStore>(app: &TestApp<S>, gate: &Gate) -> Router {
    Router::new()
        .route("/countdown", get(countdown))
        .route("/shown", get(shown))
        .route("/failing", get(failing))
        .route("/waiting", get(waiting))
        .with_state(App {
            sessions: app.sessions.clone(),
            gate: gate.clone(),
            clock: app.clock.clone(),
        })
}

/// These routes below each middleware, and below both.
fn below<S: TestStore>(app: &TestApp<S>, routes: &Router) -> [Router; 3] {
    let reading = from_fn_with_state(app.sessions.clone(), reading);
    let lending = from_fn_with_state(app.sessions.clone(), lending);
    [
        routes.clone().layer(reading.clone()),
        routes.clone().layer(lending.clone()),
        routes.clone().layer(lending).layer(reading),
    ]
}

async fn under_any_middleware_it_renews_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let routers = below(&app, &app.router);
    app.clock.advance(59 * MINUTE);
    for router in &routers {
        client.switch_to(router);
        assert_eq!(client.get("/poll").await.ok(), "1");
        client.post("/job").await.ok();
    }
    let calls = app.store.take_calls();
    assert_eq!(calls.iter().filter(|call| **call != Call::Load).count(), 1, "{calls:?}");
    app.clock.advance(MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0");
    // Nor a secret that is due.
    let mut client = app.visitor().await;
    app.clock.advance(30 * MINUTE);
    client.get("/look").await.ok();
    app.clock.advance(30 * MINUTE);
    for router in &routers {
        client.switch_to(router);
        assert_eq!(client.get("/poll").await.summary(), "200, no Set-Cookie, Vary: Cookie");
        assert_eq!(client.post("/job").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    }
    let reply = client.get("/look").await;
    assert!(reply.summary().starts_with("200, cookie set"), "{}", reply.summary());
}

async fn a_request_that_fails_is_a_use_all_the_same<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await.at(&routes(&app, &Gate::closed()));
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/failing").await.status, 500);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Touch]);
    app.clock.advance(59 * MINUTE);
    assert_eq!(client.at(&app.router).get("/poll").await.ok(), "1");
}

async fn a_request_that_hangs_up_leaves_no_trace<S: TestStore>(store: S) {
    let (app, gate) = (TestApp::new(store), Gate::closed());
    let client = app.visitor().await;
    app.clock.advance(30 * MINUTE);
    let mut leaving = client.at(&routes(&app, &gate));
    tokio::select! {
        reply = leaving.get("/waiting") => panic!("the gate is closed: {reply:?}"),
        () = gate.reached() => {}
    }
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.at(&app.router).get("/poll").await.ok(), "0");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Load]);
}

async fn what_a_function_is_told_of_the_end_is_what_comes<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = routes(&app, &Gate::closed());
    let client = app.visitor().await;
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.at(&routes).get("/countdown").await.ok(), "30");
    for router in below(&app, &routes) {
        assert_eq!(client.at(&router).get("/countdown").await.ok(), "30");
    }
    assert_eq!(client.at(&routes).get("/shown").await.ok(), "60");
    assert_eq!(client.at(&routes).get("/countdown").await.ok(), "60");
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
    gate: Gate,
    clock: Clock,
}
