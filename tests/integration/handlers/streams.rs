//! Streamed bodies: they begin when the session is saved, and are not held up.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use axum::http::{HeaderMap, Request};
use axum::response::Response;
use futures_util::StreamExt;
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::TestApp;

on_each_store!(
    a_stream_begins_after_the_save,
    a_stream_does_not_begin_while_the_save_is_under_way,
    a_client_that_leaves_in_the_stream_undoes_nothing,
);

async fn open(client: &mut Client) -> Response {
    client.open(Request::post("/stream").body(Body::empty()).expect("it is a request")).await
}

fn session_headers(headers: &HeaderMap) -> [bool; 3] {
    [
        headers.contains_key(SET_COOKIE),
        headers[VARY] == "Cookie",
        headers.contains_key(CACHE_CONTROL),
    ]
}

async fn a_stream_begins_after_the_save<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    let response = open(&mut client).await;
    assert_eq!(session_headers(response.headers()), [true, true, true]);
    let mut body = response.into_body().into_data_stream();
    let first = body.next().await.expect("it goes on").expect("it does not break");
    assert_eq!(first, "first ");
    assert_eq!(app.stored_visits().await, [1]);
    app.state.handler_gate.open();
    let second = body.next().await.expect("it goes on").expect("it does not break");
    assert_eq!(second, "second");
    assert!(body.next().await.is_none());
    assert_eq!(app.stored_visits().await, [1]);
}

async fn a_stream_does_not_begin_while_the_save_is_under_way<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let gate = app.store.pause(Call::Update);
    let mut client = app.visitor().await;
    let release = async {
        gate.reached().await;
        assert_eq!(app.stored_visits().await, [1]);
        gate.open();
    };
    let (response, ()) = tokio::join!(open(&mut client), release);
    assert_eq!(app.stored_visits().await, [2]);
    assert_eq!(session_headers(response.headers()), [false, true, false]);
}

async fn a_client_that_leaves_in_the_stream_undoes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let mut body = open(&mut client).await.into_body().into_data_stream();
    body.next().await.expect("it goes on").expect("it does not break");
    drop(body);
    assert_eq!(client.get("/visits").await.ok(), "2");
}
