//! A function that takes the session by `&mut` holds it: whoever opens it inside without having been lent it is
//! refused, with the cure.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use axum::{Router, body::Body};
use session_axum::guard::Argument;
use session_axum::{Refusal, Session, SessionEvent, Sessions, require_session};
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};

use super::app::{Shop, TestApp, description};

on_each_store!(
    who_opens_a_held_session_is_refused_and_changes_nothing,
    the_refusal_names_the_session_and_the_cure,
    after_a_loan_it_is_held_again,
    a_reader_passes_the_session_on_and_keeps_its_view,
    a_functions_own_extractors_may_look,
    a_session_taken_twice_by_a_generic_function_is_refused,
);

/// Forgets to lend.
#[require_session]
async fn holding(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 1;
    next.run(request).await
}

/// Lends to the first of two, and forgets to lend to the second.
#[require_session]
async fn lending_once(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), Body::empty());
    let second = next.clone();
    let first = session.run(next, Request::from_parts(parts, body)).await;
    assert_eq!(first.status(), 200);
    second.run(again).await
}

/// Reads around what it runs.
#[require_session]
async fn reading(session: &Session<Shop>, request: Request, next: Next) -> String {
    let before = description(session);
    let response = next.run(request).await;
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    let inside = String::from_utf8_lossy(&body.expect("the body comes to an end")).into_owned();
    format!("{before}; {inside}; {}", description(session))
}

async fn who_opens_a_held_session_is_refused_and_changes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = app.routes().layer(from_fn_with_state(app.state.clone(), holding));
    let ann = app.ann().await;
    for (method, path) in [
        ("GET", "/see"),
        ("GET", "/members"),
        ("GET", "/looks"),
        ("POST", "/visit"),
        ("POST", "/log-in/bob"),
        ("POST", "/log-out"),
        ("POST", "/several"),
    ] {
        let mut client = ann.at(&router);
        let request = Request::builder().method(method).uri(path).body(Body::empty());
        let reply = client.send(request.expect("it is a request")).await;
        assert_eq!(reply.summary(), "500, no Set-Cookie, Vary: Cookie", "{path}");
        assert_eq!(reply.body, "the session is unavailable\n");
        assert_eq!(app.store.take_calls(), [Call::Load], "{path}");
    }
    let stored = app.stored().await.expect("it is there");
    assert_eq!((stored.user.as_deref(), stored.visits), (Some("ann"), 1));
}

async fn after_a_loan_it_is_held_again<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = app.routes().layer(from_fn_with_state(app.state.clone(), lending_once));
    let mut ann = app.ann().await.at(&router);
    assert_eq!(ann.post("/visit").await.status, 500);
    assert_eq!(ann.get("/see").await.status, 500);
}

async fn the_refusal_names_the_session_and_the_cure<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let refusals = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&refusals);
    let sessions = Sessions::<Shop>::builder(store)
        .on_event(move |event| {
            if let SessionEvent::Refused { refusal } = event {
                seen.lock().expect("nobody panics").push((*refusal).clone());
            }
        })
        .without_cleaner()
        .deadline(Duration::from_secs(20))
        .build()
        .expect("the defaults are sound");
    let router = Router::new()
        .route("/visit", post(super::app::visit))
        .layer(from_fn_with_state(sessions.clone(), holding))
        .with_state(sessions);
    assert_eq!(Client::new(&router).post("/visit").await.status, 500);
    let refusals = refusals.lock().expect("nobody panics");
    let [held] = &refusals[..] else { panic!("{refusals:?}") };
    assert!(matches!(held, Refusal::Held("Shop")), "{held:?}");
    let message = held.to_string();
    assert!(
        message.contains("`Shop`") && message.contains("session.run(next, request)"),
        "{message}"
    );
}

async fn a_reader_passes_the_session_on_and_keeps_its_view<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = app.routes().layer(from_fn_with_state(app.state.clone(), reading));
    let mut ann = app.ann().await.at(&router);
    assert_eq!(ann.post("/visit").await.ok(), "ann 1 stored; ann 2 stored; ann 1 stored");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    // The reader is the outermost: its own answer, a 200, decides what is saved.
    let reply = ann.post("/visit/500").await;
    assert_eq!(reply.ok(), "ann 2 stored; ; ann 2 stored");
    assert_eq!(app.stored().await.expect("it is there").visits, 2);
    ann.post("/log-out").await.ok();
    assert!(app.stored().await.is_none() && ann.session().is_none());
}

async fn a_functions_own_extractors_may_look<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut ann = app.ann().await;
    assert_eq!(ann.post("/several").await.ok(), "ann 1 stored, ann, 2");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
}

/// Which sessions it takes is known only where it is used.
#[require_session]
async fn generic<A: Argument, B: Argument>(_first: &mut A, _second: &B) -> &'static str {
    "both"
}

async fn a_session_taken_twice_by_a_generic_function_is_refused<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = Router::new()
        .route("/twice", post(generic::<Shop, Session<Shop>>))
        .with_state(app.state.clone());
    let mut ann = app.ann().await.at(&router);
    assert_eq!(ann.post("/twice").await.summary(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.store.take_calls(), [Call::Load]);
}
