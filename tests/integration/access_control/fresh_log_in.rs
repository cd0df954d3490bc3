//! `fresh`: a log-in that is long ago is not enough for everything.

use std::time::{Duration, SystemTime};

use axum::routing::get;
use session_axum::{KeyRing, Lifetime, MemoryStore, Session, Sessions, Timestamp, require_session};
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, navigate, routes};

const MINUTE: Duration = Duration::from_mins(1);

on_each_store!(
    a_log_in_is_fresh_for_as_long_as_the_handler_says,
    use_does_not_make_a_log_in_fresh,
    nobody_is_fresh_without_a_log_in,
    a_new_log_in_is_fresh,
    the_time_of_the_log_in_is_told,
);

async fn a_log_in_is_fresh_for_as_long_as_the_handler_says<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.advance(Duration::from_micros(599_999_999));
    assert_eq!(client.post("/transfer").await.ok(), "sent");
    app.advance(Duration::from_micros(1));
    app.store.take_calls();
    let reply = client.post("/transfer").await;
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie");
    assert_eq!(reply.body, "this needs a new log-in\n");
    let reply = navigate(&mut client, "/transfer").await;
    assert_eq!(reply.summary(), "303, no Set-Cookie, Vary: Cookie");
    assert_eq!(reply.header("location"), "/login?again=1&next=%2Ftransfer");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Load]);
    assert_eq!(client.post("/account").await.ok(), "your account");
    assert_eq!(client.get("/visits").await.ok(), "2");
}

async fn use_does_not_make_a_log_in_fresh<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    for _ in 0..10 {
        app.advance(MINUTE);
        client.post("/visit").await.ok();
        client.post("/log-in/ann").await.ok();
    }
    assert_eq!(client.post("/transfer").await.status, 401);
}

async fn nobody_is_fresh_without_a_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for mut client in [app.newcomer(), app.visitor().await] {
        let reply = client.post("/transfer").await;
        assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, "this needs a log-in\n");
    }
}

async fn a_new_log_in_is_fresh<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.advance(20 * MINUTE);
    assert_eq!(client.post("/transfer").await.status, 401);
    client.post("/log-in/bob").await.ok();
    assert_eq!(client.post("/transfer").await.ok(), "sent");
}

#[require_session]
async fn since(session: &Session<Shop>) -> String {
    session.authenticated().map_or_else(String::new, |at| Timestamp::from(at).micros().to_string())
}

async fn the_time_of_the_log_in_is_told<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, routes().route("/since", get(since)), |builder| builder);
    assert_eq!(app.newcomer().get("/since").await.ok(), "");
    let mut client = app.visitor().await;
    assert_eq!(client.get("/since").await.ok(), "");
    app.advance(MINUTE);
    client.post("/log-in/ann").await.ok();
    app.advance(MINUTE);
    assert_eq!(client.get("/since").await.ok(), "1720000060000000");
}

/// The cookie itself says when.
#[tokio::test]
async fn a_log_in_in_a_sealed_cookie_grows_old_too() {
    let ring = KeyRing::parse(&KeyRing::generate().expect("random bytes")).expect("a key");
    let sessions = |later: Duration| {
        let now =
            Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_720_000_000) + later);
        Sessions::<Shop>::sealed_cookie(ring.clone())
            .revocations(MemoryStore::new())
            .lifetime(Lifetime::AAL1)
            .clock(move || now)
            .build()
            .expect("the options are sound")
    };
    let router = |later| routes().with_state(AppState { sessions: sessions(later) });
    let mut client = Client::new(&router(Duration::ZERO));
    client.post("/log-in/ann").await.ok();
    assert_eq!(client.at(&router(9 * MINUTE)).post("/transfer").await.ok(), "sent");
    assert_eq!(client.at(&router(10 * MINUTE)).post("/transfer").await.status, 401);
}
