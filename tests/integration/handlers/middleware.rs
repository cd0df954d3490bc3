//! Middleware with a session around a handler with one: each one's changes stand or fall with its own response, and
//! the outermost one's response decides for all.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use session_axum::{Session, require_session};
use session_tests::{Call, Client, Fault, TestStore, on_each_store};
use tower_http::catch_panic::CatchPanicLayer;

use super::app::{Shop, TestApp};

on_each_store!(
    both_save_in_one_write,
    an_inner_5xx_discards_all_when_it_goes_out,
    an_inner_5xx_discards_only_its_own_when_another_answer_goes_out,
    an_outer_5xx_discards_all,
    an_inner_panic_discards_all,
    an_inner_panic_caught_in_between_discards_its_own,
    an_inner_refusal_keeps_the_outer_change,
    an_outer_commit_always_saves_its_own,
    an_inner_commit_always_is_saved_under_an_outer_guard,
    a_failed_save_discards_both,
    a_log_out_inside_ends_what_is_outside,
    a_guard_dropped_in_between_leaves_no_trace,
);

/// The middlewares: each counts on `outer` before the handler, and answers as its name says.
#[require_session]
async fn plain(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.outer += 1;
    session.run(next, request).await
}

#[require_session(commit = always)]
async fn always(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.outer += 1;
    session.run(next, request).await
}

#[require_session]
async fn soothing(session: &mut Session<Shop>, request: Request, next: Next) -> StatusCode {
    session.outer += 1;
    session.run(next, request).await;
    StatusCode::OK
}

#[require_session]
async fn failing(
    session: &mut Session<Shop>,
    request: Request,
    next: Next,
) -> Result<(), StatusCode> {
    session.outer += 1;
    session.run(next, request).await;
    Err(StatusCode::BAD_GATEWAY)
}

/// Counts before the handler and after it, and sees in between what the handler did.
#[require_session]
async fn whole(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    let before = session.visits;
    session.outer += 1;
    let response = session.run(next, request).await;
    assert_eq!(session.visits, before + 1, "it has what was made of it inside");
    response
}

/// Gives up waiting for the handler.
#[require_session]
async fn hasty(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.outer += 1;
    let inner = Box::pin(session.run(next, request));
    match futures_util::future::select(inner, Box::pin(tokio::task::yield_now())).await {
        futures_util::future::Either::Left((response, _)) => response,
        futures_util::future::Either::Right(_) => StatusCode::ACCEPTED.into_response(),
    }
}

/// Puts a middleware around all of an application.
macro_rules! around {
    ($app:expr, $middleware:expr) => {
        $app.router.clone().layer(from_fn_with_state($app.state.clone(), $middleware))
    };
}

/// What a visitor's request is answered, and then visits and outer count of the one session.
async fn visits_after<S: TestStore>(
    app: &TestApp<S>,
    router: &Router,
    path: &str,
) -> (String, u64, u64) {
    let session = app.visitor().await;
    let mut client = Client::with_session(router, session.session().expect("it was set"));
    let summary = client.post(path).await.summary();
    let states = app.states().await;
    let shop = states.last().expect("there is a session");
    (summary, shop.visits, shop.outer)
}

fn unchanged_cookie(status: u16) -> String {
    format!("{status}, no Set-Cookie, Vary: Cookie")
}

async fn both_save_in_one_write<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for router in [around!(app, plain), around!(app, whole)] {
        app.store.take_calls();
        assert_eq!(visits_after(&app, &router, "/answer/200").await, (unchanged_cookie(200), 2, 1));
        assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    }
    let reply = Client::new(&around!(app, plain)).post("/answer/200").await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(app.store.take_calls(), [Call::Insert]);
}

async fn an_inner_5xx_discards_all_when_it_goes_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    assert_eq!(
        visits_after(&app, &around!(app, plain), "/answer/500").await,
        (unchanged_cookie(500), 1, 0)
    );
}

async fn an_inner_5xx_discards_only_its_own_when_another_answer_goes_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    assert_eq!(
        visits_after(&app, &around!(app, soothing), "/answer/500").await,
        (unchanged_cookie(200), 1, 1)
    );
}

async fn an_outer_5xx_discards_all<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    assert_eq!(
        visits_after(&app, &around!(app, failing), "/answer/200").await,
        (unchanged_cookie(502), 1, 0)
    );
    assert_eq!(
        visits_after(&app, &around!(app, failing), "/log-in/200").await,
        (unchanged_cookie(502), 1, 0)
    );
    assert_eq!(
        visits_after(&app, &around!(app, failing), "/log-out/200").await,
        (unchanged_cookie(502), 1, 0)
    );
}

async fn an_inner_panic_discards_all<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = around!(app, plain).layer(CatchPanicLayer::new());
    assert_eq!(
        visits_after(&app, &router, "/panic").await,
        ("500, no Set-Cookie".to_owned(), 1, 0)
    );
}

async fn an_inner_panic_caught_in_between_discards_its_own<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let caught = app.router.clone().layer(CatchPanicLayer::new());
    let plain = caught.clone().layer(from_fn_with_state(app.state.clone(), plain));
    assert_eq!(visits_after(&app, &plain, "/panic").await, (unchanged_cookie(500), 1, 0));
    let soothing = caught.layer(from_fn_with_state(app.state.clone(), soothing));
    assert_eq!(visits_after(&app, &soothing, "/panic").await, (unchanged_cookie(200), 1, 1));
}

async fn an_inner_refusal_keeps_the_outer_change<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = around!(app, plain);
    assert_eq!(visits_after(&app, &router, "/members").await, (unchanged_cookie(401), 1, 1));
    assert_eq!(visits_after(&app, &router, "/number/one").await, (unchanged_cookie(400), 1, 1));
}

async fn an_outer_commit_always_saves_its_own<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    assert_eq!(
        visits_after(&app, &around!(app, always), "/answer/500").await,
        (unchanged_cookie(500), 1, 1)
    );
}

/// What the session was when the handler ended is saved whatever is answered, with what those around it had made
/// of it before.
async fn an_inner_commit_always_is_saved_under_an_outer_guard<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    assert_eq!(
        visits_after(&app, &around!(app, plain), "/always/500").await,
        (unchanged_cookie(500), 2, 1)
    );
}

async fn a_failed_save_discards_both<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    app.store.inject(Call::Update, Fault::Fails);
    assert_eq!(
        visits_after(&app, &around!(app, plain), "/answer/200").await,
        (unchanged_cookie(503), 1, 0)
    );
}

async fn a_log_out_inside_ends_what_is_outside<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let session = app.visitor().await;
    let router = around!(app, plain);
    let mut client = Client::with_session(&router, session.session().expect("it was set"));
    let reply = client.post("/log-out/303").await;
    assert_eq!(reply.summary(), "303, cookie removed, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Delete]);
    assert!(app.stored_visits().await.is_empty());
}

async fn a_guard_dropped_in_between_leaves_no_trace<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    assert_eq!(
        visits_after(&app, &around!(app, hasty), "/wait").await,
        (unchanged_cookie(202), 1, 1)
    );
}
