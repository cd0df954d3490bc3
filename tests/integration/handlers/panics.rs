//! Exits by a panic: nothing is saved, also where `commit = always` stands.

use axum::Router;
use session_tests::{Client, Fresh, on_each_store};
use tower_http::catch_panic::CatchPanicLayer;

use crate::House;

on_each_store!(
    a_caught_panic_discards_a_new_session,
    a_caught_panic_discards_a_change,
    a_panic_that_nobody_catches_discards_a_change,
);

fn caught(app: &Router) -> Router {
    app.clone().layer(CatchPanicLayer::new())
}

async fn a_caught_panic_discards_a_new_session<S: Fresh>(store: S) {
    let house = House::new(store);
    let reply = Client::new(&caught(&house.app)).post("/panic").await;
    assert_eq!(reply.told(), "500, no Set-Cookie");
    assert_eq!(house.store.calls(), []);
}

async fn a_caught_panic_discards_a_change<S: Fresh>(store: S) {
    let house = House::new(store);
    let session = house.regular().await;
    let mut client =
        Client::with_session(&caught(&house.app), session.session().expect("it was set"));
    assert_eq!(client.post("/panic").await.told(), "500, no Set-Cookie");
    assert_eq!(house.held().await, [1]);
    assert_eq!(client.post("/answer/200").await.told(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(house.held().await, [2]);
}

async fn a_panic_that_nobody_catches_discards_a_change<S: Fresh>(store: S) {
    let house = House::new(store);
    let client = house.regular().await;
    let mut panicking = client.clone();
    let task = tokio::spawn(async move { panicking.post("/panic").await.told() });
    assert!(task.await.expect_err("the handler panics").is_panic());
    assert_eq!(house.held().await, [1]);
    assert_eq!(client.clone().get("/visits").await.ok(), "1");
}
