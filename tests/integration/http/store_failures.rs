//! What happens when the store fails, what is told, and what nobody stores.

use std::time::{Duration, Instant};

use session_core::MemoryStore;
use session_tests::{Call, Client, Fate, Fresh, on_each_store};
use tokio::time::timeout;

use crate::house::{House, state};

on_each_store!(
    a_store_that_fails_lets_nobody_in,
    a_store_that_fails_touches_no_anonymous_reader,
    nothing_is_set_before_it_is_stored,
    a_store_that_hangs_is_503_at_the_deadline,
    what_happens_is_told_with_the_public_handle,
    nothing_set_is_nothing_stored,
);

async fn a_store_that_fails_lets_nobody_in<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    for call in [Call::Load, Call::Touch] {
        house.store.fate(call, Fate::Fails);
        house.clock.advance(Duration::from_mins(20));
        for path in ["/account", "/state", "/visit", "/log-in/eve", "/log-out", "/cart"] {
            assert_eq!(
                client.post(path).await.told(),
                "503, no Set-Cookie, Vary: Cookie",
                "{path}"
            );
        }
        house.store.heal();
        assert_eq!(client.post("/account").await.ok(), "ann");
    }
}

async fn a_store_that_fails_touches_no_anonymous_reader<S: Fresh>(store: S) {
    let house = House::new(store);
    for call in [Call::Load, Call::Insert, Call::Update, Call::Touch, Call::Delete] {
        house.store.fate(call, Fate::Fails);
    }
    assert_eq!(house.newcomer().get("/state").await.status, 200);
    assert_eq!(Client::with_session(&house.app, "nonsense").get("/state").await.status, 200);
    assert_eq!(house.store.calls(), []);
    assert_eq!(house.newcomer().post("/visit").await.told(), "503, no Set-Cookie, Vary: Cookie");
}

async fn nothing_is_set_before_it_is_stored<S: Fresh>(store: S) {
    let house = House::new(store);
    for (call, path) in [
        (Call::Update, "/log-in/eve"),
        (Call::Update, "/rotate"),
        (Call::Update, "/remember/true"),
        (Call::Delete, "/log-out"),
    ] {
        for fate in [Fate::Fails, Fate::FailsAfterwards] {
            let mut client = house.regular().await;
            house.store.fate(call, fate);
            let before = client.session().map(str::to_owned);
            assert_eq!(
                client.post(path).await.told(),
                "503, no Set-Cookie, Vary: Cookie",
                "{path}"
            );
            assert_eq!(client.session().map(str::to_owned), before);
            house.store.heal();
        }
    }
    house.store.fate(Call::Insert, Fate::FailsAfterwards);
    assert_eq!(house.newcomer().post("/visit").await.told(), "503, no Set-Cookie, Vary: Cookie");
}

async fn a_store_that_hangs_is_503_at_the_deadline<S: Fresh>(store: S) {
    let deadline = Duration::from_secs(3);
    let house = House::built(store, |builder| builder.deadline(deadline));
    let mut client = house.member("ann").await;
    for (call, path) in
        [(Call::Load, "/state"), (Call::Update, "/visit"), (Call::Delete, "/log-out")]
    {
        house.store.fate(call, Fate::Hangs);
        let asked = Instant::now();
        let reply = timeout(deadline * 10, client.post(path)).await.expect("there is a deadline");
        assert!(asked.elapsed() >= deadline, "{path} took {:?}", asked.elapsed());
        assert_eq!(reply.told(), "503, no Set-Cookie, Vary: Cookie", "{path}");
        house.store.heal();
    }
    assert_eq!(client.post("/account").await.ok(), "ann");
}

async fn what_happens_is_told_with_the_public_handle<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.newcomer();
    let mut told = async |path: &str| {
        client.post(path).await;
        house.events.since()
    };
    let first = told("/visit").await;
    let handle = house.store.inserted()[0];
    assert_eq!(first, [format!("created {handle}")]);
    assert!(told("/visit").await.is_empty());
    assert_eq!(told("/rotate").await, [format!("rotated {handle}")]);
    assert_eq!(told("/log-in/ann").await, [format!("rotated {handle}")]);
    assert_eq!(told("/log-out").await, [format!("destroyed {handle}")]);
    assert_eq!(told("/account").await, ["refused 401"]);

    let client = house.regular().await;
    let (token, handle) = (client.session().expect("set"), house.store.inserted()[1]);
    let guess = format!("{}{}", &token[..22], "A".repeat(42));
    Client::with_session(&house.app, &guess).get("/state").await.ok();
    assert_eq!(house.events.since(), [format!("ignored {handle} WrongSecret")]);
    Client::with_session(&house.app, "nonsense").get("/state").await.ok();
    assert_eq!(house.events.since(), ["ignored Malformed"]);
    client.clone().post("/log-out").await.ok();
    house.forget();
    client.clone().get("/state").await.ok();
    assert_eq!(house.events.since(), [format!("ignored {handle} Unknown")]);

    house.store.fate(Call::Insert, Fate::Fails);
    house.newcomer().post("/visit").await;
    assert_eq!(house.events.since(), ["failed insert", "refused 503"]);
}

async fn nothing_set_is_nothing_stored<S: Fresh>(store: S) {
    let house = House::new(store);
    for path in ["/look", "/state"] {
        for mut client in [house.newcomer(), Client::with_session(&house.app, "nonsense")] {
            assert_eq!(client.get(path).await.told(), "200, no Set-Cookie, Vary: Cookie");
        }
    }
    for path in ["/account", "/cart", "/clear", "/sign-off", "/rotate", "/flash", "/log-out"] {
        assert_eq!(house.newcomer().post(path).await.set_cookie(), None, "{path}");
    }
    assert_eq!(house.store.calls(), []);
}

#[tokio::test]
async fn a_hundred_thousand_without_a_cookie_leave_no_record() {
    let store = MemoryStore::new();
    let house = House::new(store.clone());
    for _ in 0..100_000 {
        assert_eq!(house.newcomer().get("/look").await.set_cookie(), None);
    }
    assert_eq!(store.len(), 0);
    assert_eq!(state(&mut house.regular().await).await.visits, 1);
    assert_eq!(store.len(), 1);
}
