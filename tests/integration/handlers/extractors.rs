//! Exits before the handler: an extractor or a rule refuses the request.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use session_tests::{Call, Fresh, on_each_store};

use crate::House;

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

async fn a_body_that_is_refused_after_the_session_changes_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for (kind, body, status) in [
        ("application/json", "1,", 400),
        ("application/json", "\"one\"", 422),
        ("text/plain", "1", 415),
    ] {
        let refused = format!("{status}, no Set-Cookie");
        assert_eq!(client.send(json(kind, body)).await.told(), refused);
        assert_eq!(house.store.calls(), [Call::Load]);
        assert_eq!(house.newcomer().send(json(kind, body)).await.told(), refused);
        assert_eq!(house.store.calls(), []);
    }
    assert_eq!(house.held().await, [1]);
    client.send(json("application/json", "1")).await.ok();
    assert_eq!(house.held().await, [2]);
}

async fn a_path_that_is_refused_after_the_session_changes_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    assert_eq!(client.post("/number/one").await.told(), "400, no Set-Cookie");
    assert_eq!(house.held().await, [1]);
}

async fn a_rule_that_refuses_changes_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for client in [&mut client, &mut house.newcomer()] {
        assert_eq!(client.post("/members").await.told(), "401, no Set-Cookie, Vary: Cookie");
    }
    assert_eq!(house.held().await, [1]);
}

async fn a_route_or_method_that_is_not_there_reads_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    assert_eq!(client.post("/nowhere").await.told(), "404, no Set-Cookie");
    assert_eq!(client.get("/wait").await.told(), "405, no Set-Cookie");
    assert_eq!(house.store.calls(), []);
}
