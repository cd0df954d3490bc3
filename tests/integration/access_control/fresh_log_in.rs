//! A log-in that is long ago is not enough for everything.

use std::time::{Duration, SystemTime};

use axum::routing::get;
use session_core::{KeyRing, Lifetime, MemoryStore, Session, Sessions, Timestamp, require_session};
use session_tests::{Call, Client, Fresh, on_each_store};

use crate::house::{App, House, Shop, navigate, routes};

const MINUTE: Duration = Duration::from_mins(1);

on_each_store!(
    a_log_in_is_fresh_for_as_long_as_the_handler_says,
    use_does_not_make_a_log_in_fresh,
    nobody_is_fresh_without_a_log_in,
    a_new_log_in_is_fresh,
    the_time_of_the_log_in_is_told,
);

async fn a_log_in_is_fresh_for_as_long_as_the_handler_says<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    house.advance(Duration::from_micros(599_999_999));
    assert_eq!(client.post("/transfer").await.ok(), "sent");
    house.advance(Duration::from_micros(1));
    house.store.calls();
    let reply = client.post("/transfer").await;
    assert_eq!(reply.told(), "401, no Set-Cookie, Vary: Cookie");
    assert_eq!(reply.body, "this needs a new log-in\n");
    let reply = navigate(&mut client, "/transfer").await;
    assert_eq!(reply.told(), "303, no Set-Cookie, Vary: Cookie");
    assert_eq!(reply.header("location"), "/login?again=1&next=%2Ftransfer");
    assert_eq!(house.store.calls(), [Call::Load, Call::Load]);
    assert_eq!(client.post("/account").await.ok(), "your account");
    assert_eq!(client.get("/visits").await.ok(), "2");
}

async fn use_does_not_make_a_log_in_fresh<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    for _ in 0..10 {
        house.advance(MINUTE);
        client.post("/visit").await.ok();
        client.post("/log-in/ann").await.ok();
    }
    assert_eq!(client.post("/transfer").await.status, 401);
}

async fn nobody_is_fresh_without_a_log_in<S: Fresh>(store: S) {
    let house = House::new(store);
    for mut client in [house.newcomer(), house.regular().await] {
        let reply = client.post("/transfer").await;
        assert_eq!(reply.told(), "401, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, "this needs a log-in\n");
    }
}

async fn a_new_log_in_is_fresh<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    house.advance(20 * MINUTE);
    assert_eq!(client.post("/transfer").await.status, 401);
    client.post("/log-in/bob").await.ok();
    assert_eq!(client.post("/transfer").await.ok(), "sent");
}

#[require_session]
async fn since(session: &Session<Shop>) -> String {
    session.authenticated().map_or_else(String::new, |at| Timestamp::from(at).micros().to_string())
}

async fn the_time_of_the_log_in_is_told<S: Fresh>(store: S) {
    let house = House::built(store, routes().route("/since", get(since)), |builder| builder);
    assert_eq!(house.newcomer().get("/since").await.ok(), "");
    let mut client = house.regular().await;
    assert_eq!(client.get("/since").await.ok(), "");
    house.advance(MINUTE);
    client.post("/log-in/ann").await.ok();
    house.advance(MINUTE);
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
    let app = |later| routes().with_state(App { sessions: sessions(later) });
    let mut client = Client::new(&app(Duration::ZERO));
    client.post("/log-in/ann").await.ok();
    assert_eq!(client.at(&app(9 * MINUTE)).post("/transfer").await.ok(), "sent");
    assert_eq!(client.at(&app(10 * MINUTE)).post("/transfer").await.status, 401);
}
