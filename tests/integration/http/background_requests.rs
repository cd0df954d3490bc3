//! Background requests, which a page sends by itself: they keep nobody logged in.

use std::time::Duration;

use session_test_support::Call;
use session_tests::{TestStore, on_each_store};

use super::app::{TestApp, state};

on_each_store!(
    polling_alone_keeps_no_session_alive,
    what_a_background_request_saves_extends_nothing,
    what_happens_outside_of_a_request_extends_nothing,
    a_background_request_renews_no_secret,
);

const MINUTE: Duration = Duration::from_mins(1);

async fn polling_alone_keeps_no_session_alive<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for _ in 0..59 {
        app.clock.advance(MINUTE);
        assert_eq!(client.get("/poll").await.ok(), "1");
    }
    assert!(app.store.take_calls().iter().all(|call| *call == Call::Load));
    app.clock.advance(MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0");
    assert_eq!(app.live_sessions().await, 0);
    // Somebody who is there is another matter.
    let mut client = app.visitor().await;
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/look").await.ok(), "1");
    app.clock.advance(59 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "1");
}

async fn what_a_background_request_saves_extends_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.clock.advance(59 * MINUTE);
    client.post("/job").await.ok();
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(state(&mut client.clone()).await.notice.as_deref(), Some("done"));
    let app = TestApp::new(app.store.store().clone());
    app.clock.advance(59 * MINUTE);
    client.switch_to(&app.router);
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "1", "the look at the state was a use");
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0", "the job was none");
}

async fn what_happens_outside_of_a_request_extends_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.clock.advance(59 * MINUTE);
    let listed = app.sessions.list(&"ann".to_owned()).await.expect("the store works");
    let update = app.sessions.update(&listed[0].handle, |shop| shop.visits = 7);
    update.await.expect("the session is there");
    assert_eq!(client.get("/poll").await.ok(), "7");
    app.clock.advance(MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0");
}

async fn a_background_request_renews_no_secret<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.clock.advance(30 * MINUTE);
    client.get("/look").await.ok();
    app.clock.advance(30 * MINUTE);
    for path in ["/poll", "/job"] {
        let method = if path == "/poll" { "GET" } else { "POST" };
        let reply = client.ask(method.parse().expect("a method"), path).await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie", "{path}");
    }
    let reply = client.get("/look").await;
    assert!(reply.summary().starts_with("200, cookie set"), "{}", reply.summary());
}
