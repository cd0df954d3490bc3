//! Panics: nothing is saved, also where `commit = always` stands.

use axum::Router;
use session_tests::{Client, TestStore, on_each_store};
use tower_http::catch_panic::CatchPanicLayer;

use super::app::TestApp;

on_each_store!(
    a_caught_panic_discards_a_new_session,
    a_caught_panic_discards_a_change,
    a_panic_that_nobody_catches_discards_a_change,
);

fn with_caught_panics(router: &Router) -> Router {
    router.clone().layer(CatchPanicLayer::new())
}

async fn a_caught_panic_discards_a_new_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let reply = Client::new(&with_caught_panics(&app.router)).post("/panic").await;
    assert_eq!(reply.summary(), "500, no Set-Cookie");
    assert_eq!(app.store.take_calls(), []);
}

async fn a_caught_panic_discards_a_change<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let session = app.visitor().await;
    let mut client = Client::with_session(
        &with_caught_panics(&app.router),
        session.session().expect("it was set"),
    );
    assert_eq!(client.post("/panic").await.summary(), "500, no Set-Cookie");
    assert_eq!(app.stored_visits().await, [1]);
    assert_eq!(client.post("/answer/200").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.stored_visits().await, [2]);
}

async fn a_panic_that_nobody_catches_discards_a_change<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let mut panicking = client.clone();
    let task = tokio::spawn(async move { panicking.post("/panic").await.summary() });
    assert!(task.await.expect_err("the handler panics").is_panic());
    assert_eq!(app.stored_visits().await, [1]);
    assert_eq!(client.clone().get("/visits").await.ok(), "1");
}
