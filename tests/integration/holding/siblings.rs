//! Side by side inside of a reader: those that write take turns.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::post;
use session_axum::{Session, require_session};
use session_test_support::Gate;
use session_tests::{Call, TestStore, on_each_store};
use tower::ServiceExt as _;

use super::app::{AppState, Shop, TestApp, description};

on_each_store!(
    two_that_write_take_turns_and_both_are_saved,
    one_that_waits_too_long_is_answered_503,
    a_discarded_sibling_takes_nothing_of_the_other_along,
    one_that_is_given_up_passes_its_turn_on,
);

/// Runs `/slow` and then `/visit`, side by side.
#[require_session]
async fn both(
    session: &Session<Shop>,
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> String {
    let (parts, _) = request.into_parts();
    let call = |path: &str| {
        let mut request = Request::from_parts(parts.clone(), Body::empty());
        *request.uri_mut() = path.parse().expect("it is a path");
        let next = next.clone();
        async move {
            let response = next.run(request).await;
            let status = response.status();
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
            let body = String::from_utf8_lossy(&body.expect("it ends")).trim().to_owned();
            format!("{} {body}", status.as_u16())
        }
    };
    let paths: Vec<&str> = parts.uri.query().expect("it names them").split('&').collect();
    let [slow, quick] = paths[..] else { panic!("{paths:?}") };
    let quick = async {
        state.gate.reached().await;
        let opener = async {
            // The other one has its turn until it is let go on.
            tokio::time::sleep(Duration::from_millis(200)).await;
            if !slow.ends_with("for-long") {
                state.gate.open();
            }
        };
        let (answer, ()) = futures_util::future::join(call(quick), opener).await;
        state.gate.open();
        answer
    };
    let (slow, quick) = futures_util::future::join(call(slow), quick).await;
    format!("{slow}; {quick}; {}", description(session))
}

/// Runs `/slow`, and `/visit` beside it, and gives the first up.
#[require_session]
async fn gives_one_up(
    session: &Session<Shop>,
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> String {
    let (parts, _) = request.into_parts();
    let call = |path: &'static str| {
        let mut request = Request::from_parts(parts.clone(), Body::empty());
        *request.uri_mut() = path.parse().expect("it is a path");
        Box::pin(next.clone().run(request))
    };
    let (mut slow, mut quick) = (call("/slow"), call("/visit"));
    tokio::select! {
        _ = &mut slow => panic!("it waits for the gate"),
        () = state.gate.reached() => {}
    }
    let waits = poll_fn(|context| Poll::Ready(quick.as_mut().poll(context).is_pending())).await;
    assert!(waits, "it is the other's turn");
    drop(slow);
    format!("{} {}", quick.await.status().as_u16(), description(session))
}

/// Counts, and waits inside.
#[require_session]
async fn slow(session: &mut Session<Shop>, State(gate): State<Gate>) -> String {
    session.visits += 10;
    gate.pass().await;
    description(session)
}

/// Counts what is inside, and answers 500.
#[require_session]
async fn discarded(
    _session: &Session<Shop>,
    request: Request,
    next: Next,
) -> axum::http::StatusCode {
    next.run(request).await;
    axum::http::StatusCode::INTERNAL_SERVER_ERROR
}

fn router<S: TestStore>(app: &TestApp<S>) -> Router {
    Router::new().fallback_service(inner(app)).layer(from_fn_with_state(app.state.clone(), both))
}

/// What runs inside: it is called with paths of the middleware's own.
fn inner<S: TestStore>(
    app: &TestApp<S>,
) -> impl tower::Service<
    Request,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> + Clone
+ Send
+ Sync
+ 'static {
    let failing = Router::new()
        .route("/discarded", post(slow))
        .layer(from_fn_with_state(app.state.clone(), discarded));
    let routes = Router::new()
        .route("/slow", post(slow))
        .route("/slow-for-long", post(slow))
        .merge(failing)
        .with_state(app.state.clone())
        .merge(app.routes());
    routes.map_request(|request: Request| request)
}

async fn two_that_write_take_turns_and_both_are_saved<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut ann = app.ann().await.at(&router(&app));
    let seen = ann.post("/?/slow&/visit").await.ok();
    assert_eq!(seen, "200 ann 11 stored; 200 ann 12 stored; ann 1 stored");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(app.stored().await.expect("it is there").visits, 12);
}

async fn one_that_waits_too_long_is_answered_503<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let ann = app.ann().await;
    let hasty = TestApp::with_deadline(app.store.store().clone(), Duration::from_secs(3));
    let mut ann = ann.at(&router(&hasty));
    let seen = ann.post("/?/slow-for-long&/visit").await.ok();
    assert_eq!(seen, "200 ann 11 stored; 503 the session is unavailable; ann 1 stored");
    assert_eq!(app.stored().await.expect("it is there").visits, 11);
}

async fn a_discarded_sibling_takes_nothing_of_the_other_along<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut ann = app.ann().await.at(&router(&app));
    let seen = ann.post("/?/discarded&/visit").await.ok();
    assert_eq!(seen, "500 ; 200 ann 2 stored; ann 1 stored");
    assert_eq!(app.stored().await.expect("it is there").visits, 2);
}

async fn one_that_is_given_up_passes_its_turn_on<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = Router::new()
        .fallback_service(inner(&app))
        .layer(from_fn_with_state(app.state.clone(), gives_one_up));
    let mut ann = app.ann().await.at(&router);
    let started = tokio::time::Instant::now();
    let reply = ann.post("/slow").await.ok();
    assert!(reply.starts_with("200 "), "{reply}");
    assert!(started.elapsed() < Duration::from_secs(15), "it did not wait for its deadline");
    assert_eq!(app.stored().await.expect("it is there").visits, 2, "nothing of the other is kept");
}
