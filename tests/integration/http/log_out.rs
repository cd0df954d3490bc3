//! Log-outs: nothing is left of the session, whatever else is under way.

use axum::http::Method;
use session_axum::MemoryStore;
use session_tests::{Call, Client, Fault, TestStore, on_each_store};

use super::app::{Shop, TestApp, state};

on_each_store!(
    with_keys_and_on_a_cluster;
    a_log_out_deletes_the_record_and_then_the_cookie,
    a_log_out_that_the_store_refuses_keeps_the_cookie,
    a_session_ended_from_outside_is_over_at_once,
    a_slow_request_cannot_undo_a_log_out,
    nor_can_one_on_another_node,
    a_log_out_of_nobody_stores_nothing,
    a_second_log_out_is_no_error,
    a_session_that_is_emptied_is_kept,
);

const REMOVED: &str = "200, cookie removed, Vary: Cookie, Cache-Control: no-store";

async fn a_log_out_deletes_the_record_and_then_the_cookie<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let replay = client.clone();
    assert_eq!(client.post("/log-out").await.summary(), REMOVED);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Delete]);
    assert_eq!(app.live_sessions().await, 0);
    assert_eq!(state(&mut replay.clone()).await, Shop::default());
    assert_eq!(replay.clone().post("/account").await.status, 401);
    let mut again = replay.clone();
    again.post("/visit").await.ok();
    assert_ne!(again.session(), replay.session(), "a dead token is not taken up again");
    assert_eq!(state(&mut replay.clone()).await, Shop::default());
}

async fn a_log_out_that_the_store_refuses_keeps_the_cookie<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.store.inject(Call::Delete, Fault::Fails);
    assert_eq!(client.post("/log-out").await.summary(), "503, no Set-Cookie, Vary: Cookie");
    app.store.heal();
    assert_eq!(client.post("/account").await.ok(), "ann");
}

async fn a_session_ended_from_outside_is_over_at_once<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let (mut ann, mut also_ann, mut bob) =
        (app.log_in_as("ann").await, app.log_in_as("ann").await, app.log_in_as("bob").await);
    let handles = app.sessions.list(&"ann".to_owned()).await.expect("the store works");
    assert_eq!(handles.len(), 2);
    assert!(app.sessions.revoke(&app.store.inserted()[0]).await.expect("the store works"));
    assert_eq!(ann.post("/account").await.status, 401);
    assert_eq!(also_ann.post("/account").await.ok(), "ann");
    assert_eq!(
        app.sessions.revoke_all(&"ann".to_owned()).await.expect("the store works").ended(),
        1
    );
    assert_eq!(also_ann.post("/account").await.status, 401);
    assert_eq!(bob.post("/account").await.ok(), "bob");
}

async fn a_slow_request_cannot_undo_a_log_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.log_in_as("ann").await;
    for path in ["/visit", "/rotate", "/log-in/bob", "/remember/true"] {
        let client = if path == "/visit" { client.clone() } else { app.log_in_as("ann").await };
        log_out_during(&app, &client, path, client.clone()).await;
    }
}

async fn nor_can_one_on_another_node<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let other = TestApp::new(app.store.store().clone());
    for path in ["/visit", "/rotate", "/log-in/bob", "/remember/true"] {
        let client = app.log_in_as("ann").await;
        let tab = Client::with_session(&other.router, client.session().expect("set"));
        log_out_during(&app, &client, path, tab).await;
    }
}

/// A request that is about to be saved while another tab logs out.
async fn log_out_during<S: TestStore>(
    app: &TestApp<S>,
    client: &Client,
    path: &str,
    mut tab: Client,
) {
    let mut slow = client.clone();
    let gate = app.store.pause(Call::Update);
    let log_out = async {
        gate.reached().await;
        assert_eq!(tab.post("/log-out").await.summary(), REMOVED);
        gate.open();
    };
    let (reply, ()) = tokio::join!(slow.post(path), log_out);
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie", "{path}");
    assert_eq!(reply.body, "the session is over\n");
    assert_eq!(app.live_sessions().await, 0, "{path}");
    assert_eq!(state(&mut client.clone()).await, Shop::default(), "{path}");
    app.store.heal();
}

async fn a_log_out_of_nobody_stores_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for _ in 0..10_000 {
        let reply = app.newcomer().post("/log-out").await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    }
    for nonsense in ["", "nonsense"] {
        let mut client = Client::with_session(&app.router, nonsense);
        assert_eq!(client.post("/log-out").await.summary(), REMOVED);
    }
    assert_eq!(app.store.take_calls(), []);
    assert_eq!(app.store.inserted(), []);
}

#[tokio::test]
async fn ten_thousand_log_outs_of_nobody_leave_no_record() {
    let store = MemoryStore::new();
    let app = TestApp::new(store.clone());
    for _ in 0..10_000 {
        app.newcomer().post("/log-out").await.ok();
    }
    assert_eq!(store.len(), 0);
}

async fn a_second_log_out_is_no_error<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.log_in_as("ann").await;
    for _ in 0..3 {
        assert_eq!(client.clone().post("/log-out").await.summary(), REMOVED);
    }
    assert_eq!(app.live_sessions().await, 0);
    let mut get = app.log_in_as("ann").await;
    assert_eq!(get.ask(Method::GET, "/log-out").await.status, 405);
    assert_eq!(get.post("/account").await.ok(), "ann");
}

/// Emptying is no log-out: the record stays, and so does the cookie.
async fn a_session_that_is_emptied_is_kept<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    assert_eq!(client.post("/clear").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.live_sessions().await, 1);
    assert_eq!(app.newcomer().post("/clear").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.live_sessions().await, 1);
    let mut user = app.log_in_as("ann").await;
    let old = user.clone();
    user.post("/clear").await.ok();
    assert_ne!(user.session(), old.session(), "the principal was among what was emptied");
    assert_eq!(old.clone().post("/account").await.status, 401);
}
