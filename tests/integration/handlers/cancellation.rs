//! Exits by being dropped: a time-out layer fires, or whoever waits goes away.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use session_tests::{Call, Client, Fresh, on_each_store};
use tower_http::timeout::TimeoutLayer;

use crate::House;

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

fn impatient(app: &Router) -> Router {
    app.clone().layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
}

async fn a_time_out_in_the_handler_discards<S: Fresh>(store: S) {
    let house = House::new(store);
    let session = house.regular().await;
    let mut client =
        Client::with_session(&impatient(&house.app), session.session().expect("it was set"));
    assert_eq!(client.post("/wait").await.told(), "408, no Set-Cookie");
    assert_eq!(house.store.calls(), [Call::Load]);
    assert_eq!(house.held().await, [1]);
}

async fn a_time_out_in_the_commit_does_not_stop_it<S: Fresh>(store: S) {
    let house = House::new(store);
    let session = house.regular().await;
    let mut client =
        Client::with_session(&impatient(&house.app), session.session().expect("it was set"));
    let gate = house.store.hold(Call::Update);
    assert_eq!(client.post("/answer/200").await.told(), "408, no Set-Cookie");
    assert_eq!(house.held().await, [1]);
    gate.open();
    house.comes_to_hold(&[2]).await;
}

async fn a_future_dropped_in_the_handler_discards<S: Fresh>(store: S) {
    let house = House::new(store);
    let client = house.regular().await;
    let mut leaving = client.clone();
    tokio::select! {
        reply = leaving.post("/wait") => panic!("the gate is closed: {reply:?}"),
        () = house.state.inside.reached() => {}
    }
    assert_eq!(house.store.calls(), [Call::Load]);
    assert_eq!(client.clone().get("/visits").await.ok(), "1");
}

async fn a_future_dropped_in_the_load_changes_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let client = house.regular().await;
    leave_at(&house, Call::Load, &client, "/answer/200").await;
    house.store.heal();
    assert_eq!(client.clone().get("/visits").await.ok(), "1");
}

async fn a_future_dropped_in_the_first_save_does_not_stop_it<S: Fresh>(store: S) {
    let house = House::new(store);
    leave_at(&house, Call::Insert, &house.newcomer(), "/answer/200").await;
    house.comes_to_hold(&[1]).await;
}

async fn a_future_dropped_in_a_save_does_not_stop_it<S: Fresh>(store: S) {
    let house = House::new(store);
    let client = house.regular().await;
    leave_at(&house, Call::Update, &client, "/answer/200").await;
    house.comes_to_hold(&[2]).await;
    assert_eq!(client.clone().get("/visits").await.ok(), "2");
}

async fn a_future_dropped_in_a_log_out_does_not_stop_it<S: Fresh>(store: S) {
    let house = House::new(store);
    let client = house.regular().await;
    leave_at(&house, Call::Delete, &client, "/log-out/200").await;
    house.comes_to_hold(&[]).await;
    assert_eq!(client.clone().get("/visits").await.ok(), "0");
}

/// Its save is under way when it is dropped, and the log-out comes first.
async fn a_request_that_was_cancelled_cannot_undo_a_log_out<S: Fresh>(store: S) {
    let house = House::new(store);
    let client = house.regular().await;
    let gate = house.store.hold(Call::Update);
    let mut leaving = client.clone();
    tokio::select! {
        reply = leaving.post("/answer/200") => panic!("the gate is closed: {reply:?}"),
        () = gate.reached() => {}
    }
    assert_eq!(
        client.clone().post("/log-out/200").await.told(),
        "200, cookie removed, Vary: Cookie, Cache-Control: no-store"
    );
    gate.open();
    gate.left().await;
    assert!(house.held().await.is_empty());
}

/// Drops a request while it waits for this call, and then lets the call go on.
async fn leave_at<S: Fresh>(house: &House<S>, call: Call, client: &Client, path: &str) {
    let before = house.held().await;
    let gate = house.store.hold(call);
    let mut leaving = client.clone();
    tokio::select! {
        reply = leaving.post(path) => panic!("the gate is closed: {reply:?}"),
        () = gate.reached() => {}
    }
    assert_eq!(house.held().await, before);
    gate.open();
}
