//! Requests that are dropped: a time-out layer fires, or the client goes away.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use session_tests::{Call, Client, TestStore, on_each_store};
use tower_http::timeout::TimeoutLayer;

use super::app::TestApp;

on_each_store!(
    a_time_out_in_the_handler_discards,
    a_time_out_in_the_commit_does_not_stop_it,
    a_future_dropped_in_the_handler_discards,
    a_future_dropped_in_the_load_changes_nothing,
    a_future_dropped_in_the_first_save_does_not_stop_it,
    a_future_dropped_in_a_save_does_not_stop_it,
    a_future_dropped_in_a_log_out_does_not_stop_it,
    a_request_that_was_cancelled_cannot_undo_a_log_out,
);

/// Long enough for a request that nothing holds up.
const TIMEOUT: Duration = Duration::from_secs(3);

fn with_timeout(router: &Router) -> Router {
    router.clone().layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
}

async fn a_time_out_in_the_handler_discards<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let session = app.visitor().await;
    let mut client =
        Client::with_session(&with_timeout(&app.router), session.session().expect("it was set"));
    assert_eq!(client.post("/wait").await.summary(), "408, no Set-Cookie");
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(app.stored_visits().await, [1]);
}

async fn a_time_out_in_the_commit_does_not_stop_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let session = app.visitor().await;
    let mut client =
        Client::with_session(&with_timeout(&app.router), session.session().expect("it was set"));
    let gate = app.store.pause(Call::Update);
    assert_eq!(client.post("/answer/200").await.summary(), "408, no Set-Cookie");
    assert_eq!(app.stored_visits().await, [1]);
    gate.open();
    app.until_stored(&[2]).await;
}

async fn a_future_dropped_in_the_handler_discards<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let mut leaving = client.clone();
    tokio::select! {
        reply = leaving.post("/wait") => panic!("the gate is closed: {reply:?}"),
        () = app.state.handler_gate.reached() => {}
    }
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(client.clone().get("/visits").await.ok(), "1");
}

async fn a_future_dropped_in_the_load_changes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    leave_at(&app, Call::Load, &client, "/answer/200").await;
    app.store.heal();
    assert_eq!(client.clone().get("/visits").await.ok(), "1");
}

async fn a_future_dropped_in_the_first_save_does_not_stop_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    leave_at(&app, Call::Insert, &app.newcomer(), "/answer/200").await;
    app.until_stored(&[1]).await;
}

async fn a_future_dropped_in_a_save_does_not_stop_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    leave_at(&app, Call::Update, &client, "/answer/200").await;
    app.until_stored(&[2]).await;
    assert_eq!(client.clone().get("/visits").await.ok(), "2");
}

async fn a_future_dropped_in_a_log_out_does_not_stop_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    leave_at(&app, Call::Delete, &client, "/log-out/200").await;
    app.until_stored(&[]).await;
    assert_eq!(client.clone().get("/visits").await.ok(), "0");
}

/// Its save is under way when it is dropped, and the log-out comes first.
async fn a_request_that_was_cancelled_cannot_undo_a_log_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let gate = app.store.pause(Call::Update);
    let mut leaving = client.clone();
    tokio::select! {
        reply = leaving.post("/answer/200") => panic!("the gate is closed: {reply:?}"),
        () = gate.reached() => {}
    }
    assert_eq!(
        client.clone().post("/log-out/200").await.summary(),
        "200, cookie removed, Vary: Cookie, Cache-Control: no-store"
    );
    gate.open();
    gate.finished().await;
    assert!(app.stored_visits().await.is_empty());
}

/// Drops a request while it waits for this call, and then lets the call go on.
async fn leave_at<S: TestStore>(app: &TestApp<S>, call: Call, client: &Client, path: &str) {
    let before = app.stored_visits().await;
    let gate = app.store.pause(call);
    let mut leaving = client.clone();
    tokio::select! {
        reply = leaving.post(path) => panic!("the gate is closed: {reply:?}"),
        () = gate.reached() => {}
    }
    assert_eq!(app.stored_visits().await, before);
    gate.open();
}
