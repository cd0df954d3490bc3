//! Extractors and requirements that refuse the request before the handler runs.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use session_tests::{Call, TestStore, on_each_store};

use super::app::TestApp;

on_each_store!(
    a_body_that_is_refused_after_the_session_changes_nothing,
    a_path_that_is_refused_after_the_session_changes_nothing,
    a_rule_that_refuses_changes_nothing,
    a_route_or_method_that_is_not_there_reads_nothing,
);

fn json(kind: &str, body: &'static str) -> Request<Body> {
    let request = Request::post("/json").header(CONTENT_TYPE, kind);
    request.body(Body::from(body)).expect("it is a request")
}

async fn a_body_that_is_refused_after_the_session_changes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for (kind, body, status) in [
        ("application/json", "1,", 400),
        ("application/json", "\"one\"", 422),
        ("text/plain", "1", 415),
    ] {
        let refused = format!("{status}, no Set-Cookie");
        assert_eq!(client.send(json(kind, body)).await.summary(), refused);
        assert_eq!(app.store.take_calls(), [Call::Load]);
        assert_eq!(app.newcomer().send(json(kind, body)).await.summary(), refused);
        assert_eq!(app.store.take_calls(), []);
    }
    assert_eq!(app.stored_visits().await, [1]);
    client.send(json("application/json", "1")).await.ok();
    assert_eq!(app.stored_visits().await, [2]);
}

async fn a_path_that_is_refused_after_the_session_changes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    assert_eq!(client.post("/number/one").await.summary(), "400, no Set-Cookie");
    assert_eq!(app.stored_visits().await, [1]);
}

async fn a_rule_that_refuses_changes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for client in [&mut client, &mut app.newcomer()] {
        assert_eq!(client.post("/members").await.summary(), "401, no Set-Cookie, Vary: Cookie");
    }
    assert_eq!(app.stored_visits().await, [1]);
}

async fn a_route_or_method_that_is_not_there_reads_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    assert_eq!(client.post("/nowhere").await.summary(), "404, no Set-Cookie");
    assert_eq!(client.get("/wait").await.summary(), "405, no Set-Cookie");
    assert_eq!(app.store.take_calls(), []);
}
