//! The basics that every session library has.

use std::time::Duration;

use session_axum::{ErrorKind, MemoryStore, SessionCookie};
use session_tests::{Call, Client, Fault, TestStore, on_each_store};

use super::app::{Shop, TestApp, state};

on_each_store!(
    with_keys;
    a_session_that_nobody_touched_is_not_sent_and_not_stored,
    what_is_set_is_there_next_time,
    what_is_left_as_it_was_is_not_written,
    a_flash_is_shown_once,
    the_last_value_can_be_removed,
    a_token_can_be_rotated_again_and_again,
    one_browser_is_not_another,
    a_session_lives_on_another_node,
    a_rotation_and_a_change_are_one_write,
    a_write_after_a_rotation_is_kept,
    two_tabs_that_change_different_things_lose_nothing,
    a_read_that_fails_overwrites_nothing,
    a_background_change_reaches_the_next_request,
    a_background_change_of_a_session_that_ended_is_an_error,
);

async fn a_session_that_nobody_touched_is_not_sent_and_not_stored<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    assert_eq!(app.newcomer().get("/state").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.newcomer().get("/look").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.store.take_calls(), []);
}

async fn what_is_set_is_there_next_time<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    for path in ["/add/tea", "/add/cup", "/theme/dark", "/notice/hi", "/visit"] {
        client.post(path).await.ok();
    }
    let expected = Shop {
        user: None,
        visits: 1,
        cart: vec!["tea".to_owned(), "cup".to_owned()],
        theme: "dark".to_owned(),
        notice: Some("hi".to_owned()),
    };
    assert_eq!(state(&mut client).await, expected);
    assert_eq!(app.live_sessions().await, 1);
}

async fn what_is_left_as_it_was_is_not_written<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for path in ["/look", "/state"] {
        assert_eq!(client.get(path).await.summary(), "200, no Set-Cookie, Vary: Cookie");
        assert_eq!(app.store.take_calls(), [Call::Load]);
    }
    client.post("/theme/dark").await.ok();
    app.reset();
    client.post("/theme/dark").await.ok();
    assert_eq!(app.store.take_calls(), [Call::Load]);
}

async fn a_flash_is_shown_once<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    client.post("/notice/saved").await.ok();
    for shown in ["saved", "", ""] {
        assert_eq!(client.post("/flash").await.ok(), shown);
    }
}

async fn the_last_value_can_be_removed<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    client.post("/notice/only").await.ok();
    let token = client.session().map(str::to_owned);
    client.post("/flash").await.ok();
    assert_eq!(state(&mut client).await, Shop::default());
    assert_eq!(client.session().map(str::to_owned), token);
    client.post("/visit").await.ok();
    assert_eq!(client.session().map(str::to_owned), token);
}

async fn a_token_can_be_rotated_again_and_again<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let mut tokens = vec![client.session().map(str::to_owned)];
    for _ in 0..10 {
        client.post("/rotate").await.ok();
        assert_eq!(state(&mut client).await.visits, 1);
        let token = client.session().map(str::to_owned);
        assert!(!tokens.contains(&token));
        tokens.push(token);
    }
    assert_eq!(app.live_sessions().await, 1);
}

async fn one_browser_is_not_another<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let (mut ann, mut bob) = (app.log_in_as("ann").await, app.log_in_as("bob").await);
    ann.post("/add/tea").await.ok();
    bob.post("/add/cup").await.ok();
    assert_eq!(ann.post("/cart").await.ok(), "tea");
    assert_eq!(bob.post("/cart").await.ok(), "cup");
    ann.post("/log-out").await.ok();
    assert_eq!(bob.post("/account").await.ok(), "bob");
}

async fn a_session_lives_on_another_node<S: TestStore>(store: S) {
    let (one, two) = (TestApp::new(store.clone()), TestApp::new(store));
    let mut here = one.log_in_as("ann").await;
    let mut there = Client::with_session(&two.router, here.session().expect("set"));
    for number in 1..6 {
        let client = if number % 2 == 0 { &mut here } else { &mut there };
        assert_eq!(client.post("/visit").await.ok(), number.to_string());
    }
    there.post("/log-out").await.ok();
    assert_eq!(here.post("/account").await.status, 401);
}

async fn a_rotation_and_a_change_are_one_write<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    client.post("/log-in/ann").await.ok();
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
}

async fn a_write_after_a_rotation_is_kept<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    client.post("/rotate").await.ok();
    assert_eq!(client.post("/visit").await.ok(), "2");
    client.post("/rotate").await.ok();
    assert_eq!(client.post("/visit").await.ok(), "3");
}

async fn two_tabs_that_change_different_things_lose_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let node = TestApp::new(app.store.store().clone());
    let client = app.visitor().await;
    let mut here = client.clone();
    let mut there = Client::with_session(&node.router, client.session().expect("set"));
    let gate = app.store.pause(Call::Update);
    let other = async {
        gate.reached().await;
        there.post("/add/tea").await.ok();
        there.post("/visit").await.ok();
        gate.open();
    };
    let (reply, ()) = tokio::join!(here.post("/visit"), other);
    assert_eq!(reply.status, 200);
    let shop = state(&mut here).await;
    assert_eq!((shop.visits, shop.cart.len()), (3, 1));
}

async fn a_read_that_fails_overwrites_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.store.inject(Call::Load, Fault::Fails);
    for path in ["/visit", "/clear", "/log-out", "/remember/true", "/log-in/ann"] {
        assert_eq!(client.post(path).await.status, 503);
    }
    assert!(!app.store.take_calls().iter().any(|call| *call != Call::Load));
    app.store.heal();
    assert_eq!(state(&mut client).await, Shop { visits: 1, ..Shop::default() });
}

async fn a_background_change_reaches_the_next_request<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let handle = app.store.inserted()[0];
    let changed = app.sessions.update(&handle, |shop| {
        shop.notice = Some("your export is ready".to_owned());
        shop.visits
    });
    assert_eq!(changed.await.expect("it is there"), 0);
    assert_eq!(client.post("/flash").await.ok(), "your export is ready");
    let refused = app.sessions.update(&handle, |shop| shop.user = None).await;
    assert!(
        refused.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::PrincipalInUpdate)),
        "{refused:?}"
    );
    assert_eq!(client.post("/account").await.ok(), "ann");
}

async fn a_background_change_of_a_session_that_ended_is_an_error<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let handle = app.store.inserted()[0];
    client.post("/log-out").await.ok();
    let late = app.sessions.update(&handle, |shop| shop.visits += 1).await;
    assert!(late.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Ended)), "{late:?}");
    assert_eq!(app.live_sessions().await, 0);
    let expired = app.log_in_as("bob").await;
    app.clock.advance(Duration::from_hours(2));
    let late = app.sessions.update(&app.store.inserted()[1], |shop| shop.visits += 1).await;
    assert!(late.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Ended)), "{late:?}");
    drop(expired);
}

#[tokio::test]
async fn a_development_cookie_goes_without_tls() {
    let plain = SessionCookie::insecure_for_development("dev").expect("it is a name");
    let app = TestApp::with_options(MemoryStore::new(), |builder| builder.cookie(plain));
    let mut client = app.newcomer();
    let reply = client.post("/visit").await;
    let line = reply.set_cookies()[0];
    assert!(line.starts_with("dev=") && !line.contains("Secure"), "{line}");
    assert_eq!(client.post("/visit").await.ok(), "2");
    client.post("/log-out").await.ok();
    assert_eq!(client.cookie("dev"), None);
}
