//! Stores that fail or hang, the events that are reported, and requests that store nothing.

use std::time::{Duration, Instant};

use session_axum::MemoryStore;
use session_tests::{Call, Client, Fault, TestStore, on_each_store};
use tokio::time::timeout;

use super::app::{TestApp, state};

on_each_store!(
    with_keys;
    a_store_that_fails_lets_nobody_in,
    a_renewal_that_fails_spoils_no_response,
    a_store_that_fails_touches_no_anonymous_reader,
    nothing_is_set_before_it_is_stored,
    a_store_that_hangs_is_503_at_the_deadline,
    what_happens_is_told_with_the_public_handle,
    nothing_set_is_nothing_stored,
);

async fn a_store_that_fails_lets_nobody_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.store.inject(Call::Load, Fault::Fails);
    for path in ["/account", "/state", "/visit", "/log-in/eve", "/log-out", "/cart"] {
        assert_eq!(client.post(path).await.summary(), "503, no Set-Cookie, Vary: Cookie", "{path}");
    }
    app.store.heal();
    assert_eq!(client.post("/account").await.ok(), "ann");
}

/// What was read is true all the same, and the next request tries again.
async fn a_renewal_that_fails_spoils_no_response<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.clock.advance(Duration::from_mins(20));
    app.store.inject(Call::Touch, Fault::Fails);
    assert_eq!(client.post("/account").await.ok(), "ann");
    let events = app.events.take();
    assert!(events[0] == "failed touch" && events[1].starts_with("RenewalFailed"), "{events:?}");
    assert_eq!(events.len(), 2);
    app.store.heal();
    app.store.take_calls();
    assert_eq!(client.post("/account").await.ok(), "ann");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Touch]);
}

async fn a_store_that_fails_touches_no_anonymous_reader<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for call in [Call::Load, Call::Insert, Call::Update, Call::Touch, Call::Delete] {
        app.store.inject(call, Fault::Fails);
    }
    assert_eq!(app.newcomer().get("/state").await.status, 200);
    assert_eq!(Client::with_session(&app.router, "nonsense").get("/state").await.status, 200);
    assert_eq!(app.store.take_calls(), []);
    assert_eq!(app.newcomer().post("/visit").await.summary(), "503, no Set-Cookie, Vary: Cookie");
}

async fn nothing_is_set_before_it_is_stored<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for (call, path) in [
        (Call::Update, "/log-in/eve"),
        (Call::Update, "/rotate"),
        (Call::Update, "/remember/true"),
        (Call::Delete, "/log-out"),
    ] {
        for fault in [Fault::Fails, Fault::FailsAfterwards] {
            let mut client = app.visitor().await;
            app.store.inject(call, fault);
            let before = client.session().map(str::to_owned);
            assert_eq!(
                client.post(path).await.summary(),
                "503, no Set-Cookie, Vary: Cookie",
                "{path}"
            );
            assert_eq!(client.session().map(str::to_owned), before);
            app.store.heal();
        }
    }
    app.store.inject(Call::Insert, Fault::FailsAfterwards);
    assert_eq!(app.newcomer().post("/visit").await.summary(), "503, no Set-Cookie, Vary: Cookie");
}

async fn a_store_that_hangs_is_503_at_the_deadline<S: TestStore>(store: S) {
    let deadline = Duration::from_secs(3);
    let app = TestApp::with_options(store, |builder| builder.deadline(deadline));
    let mut client = app.log_in_as("ann").await;
    for (call, path) in
        [(Call::Load, "/state"), (Call::Update, "/visit"), (Call::Delete, "/log-out")]
    {
        app.store.inject(call, Fault::Hangs);
        let asked = Instant::now();
        let reply = timeout(deadline * 10, client.post(path)).await.expect("there is a deadline");
        assert!(asked.elapsed() >= deadline, "{path} took {:?}", asked.elapsed());
        assert_eq!(reply.summary(), "503, no Set-Cookie, Vary: Cookie", "{path}");
        app.store.heal();
    }
    assert_eq!(client.post("/account").await.ok(), "ann");
}

async fn what_happens_is_told_with_the_public_handle<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    let mut events_of = async |path: &str| {
        client.post(path).await;
        app.events.take()
    };
    let first = events_of("/visit").await;
    let handle = app.store.inserted()[0];
    assert_eq!(first, [format!("created {handle}")]);
    assert!(events_of("/visit").await.is_empty());
    assert_eq!(events_of("/rotate").await, [format!("rotated {handle}")]);
    assert_eq!(events_of("/log-in/ann").await, [format!("rotated {handle}")]);
    assert_eq!(events_of("/log-out").await, [format!("destroyed {handle}")]);
    assert_eq!(events_of("/account").await, ["refused 401"]);

    let client = app.visitor().await;
    let (token, handle) = (client.session().expect("set"), app.store.inserted()[1]);
    let guess = format!("{}{}", &token[..22], "A".repeat(42));
    Client::with_session(&app.router, &guess).get("/state").await.ok();
    let unsigned = app.store.store().sealing().is_some();
    let reason = if unsigned { "Forged".to_owned() } else { format!("{handle} WrongSecret") };
    assert_eq!(app.events.take(), [format!("ignored {reason}")]);
    Client::with_session(&app.router, "nonsense").get("/state").await.ok();
    assert_eq!(app.events.take(), ["ignored Malformed"]);
    client.clone().post("/log-out").await.ok();
    app.reset();
    client.clone().get("/state").await.ok();
    assert_eq!(app.events.take(), [format!("ignored {handle} Unknown")]);

    app.store.inject(Call::Insert, Fault::Fails);
    app.newcomer().post("/visit").await;
    assert_eq!(app.events.take(), ["failed insert", "refused 503"]);
}

async fn nothing_set_is_nothing_stored<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for path in ["/look", "/state"] {
        for mut client in [app.newcomer(), Client::with_session(&app.router, "nonsense")] {
            assert_eq!(client.get(path).await.summary(), "200, no Set-Cookie, Vary: Cookie");
        }
    }
    for path in ["/account", "/cart", "/clear", "/sign-off", "/rotate", "/flash", "/log-out"] {
        assert_eq!(app.newcomer().post(path).await.set_cookie(), None, "{path}");
    }
    assert_eq!(app.store.take_calls(), []);
}

#[tokio::test]
async fn a_hundred_thousand_without_a_cookie_leave_no_record() {
    let store = MemoryStore::new();
    let app = TestApp::new(store.clone());
    for _ in 0..100_000 {
        assert_eq!(app.newcomer().get("/look").await.set_cookie(), None);
    }
    assert_eq!(store.len(), 0);
    assert_eq!(state(&mut app.visitor().await).await.visits, 1);
    assert_eq!(store.len(), 1);
}
