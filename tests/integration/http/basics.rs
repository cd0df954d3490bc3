//! What every session library is asked for.

use std::time::Duration;

use session_core::{Error, MemoryStore, SessionCookie};
use session_tests::{Call, Client, Fate, Fresh, on_each_store};

use crate::house::{House, Shop, state};

on_each_store!(
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

async fn a_session_that_nobody_touched_is_not_sent_and_not_stored<S: Fresh>(store: S) {
    let house = House::new(store);
    assert_eq!(house.newcomer().get("/state").await.told(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(house.newcomer().get("/look").await.told(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(house.store.calls(), []);
}

async fn what_is_set_is_there_next_time<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.newcomer();
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
    assert_eq!(house.live().await, 1);
}

async fn what_is_left_as_it_was_is_not_written<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for path in ["/look", "/state"] {
        assert_eq!(client.get(path).await.told(), "200, no Set-Cookie, Vary: Cookie");
        assert_eq!(house.store.calls(), [Call::Load]);
    }
    client.post("/theme/dark").await.ok();
    house.forget();
    client.post("/theme/dark").await.ok();
    assert_eq!(house.store.calls(), [Call::Load]);
}

async fn a_flash_is_shown_once<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.newcomer();
    client.post("/notice/saved").await.ok();
    for shown in ["saved", "", ""] {
        assert_eq!(client.post("/flash").await.ok(), shown);
    }
}

async fn the_last_value_can_be_removed<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.newcomer();
    client.post("/notice/only").await.ok();
    let token = client.session().map(str::to_owned);
    client.post("/flash").await.ok();
    assert_eq!(state(&mut client).await, Shop::default());
    assert_eq!(client.session().map(str::to_owned), token);
    client.post("/visit").await.ok();
    assert_eq!(client.session().map(str::to_owned), token);
}

async fn a_token_can_be_rotated_again_and_again<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    let mut tokens = vec![client.session().map(str::to_owned)];
    for _ in 0..10 {
        client.post("/rotate").await.ok();
        assert_eq!(state(&mut client).await.visits, 1);
        let token = client.session().map(str::to_owned);
        assert!(!tokens.contains(&token));
        tokens.push(token);
    }
    assert_eq!(house.live().await, 1);
}

async fn one_browser_is_not_another<S: Fresh>(store: S) {
    let house = House::new(store);
    let (mut ann, mut bob) = (house.member("ann").await, house.member("bob").await);
    ann.post("/add/tea").await.ok();
    bob.post("/add/cup").await.ok();
    assert_eq!(ann.post("/cart").await.ok(), "tea");
    assert_eq!(bob.post("/cart").await.ok(), "cup");
    ann.post("/log-out").await.ok();
    assert_eq!(bob.post("/account").await.ok(), "bob");
}

async fn a_session_lives_on_another_node<S: Fresh>(store: S) {
    let (one, two) = (House::new(store.clone()), House::new(store));
    let mut here = one.member("ann").await;
    let mut there = Client::with_session(&two.app, here.session().expect("set"));
    for number in 1..6 {
        let client = if number % 2 == 0 { &mut here } else { &mut there };
        assert_eq!(client.post("/visit").await.ok(), number.to_string());
    }
    there.post("/log-out").await.ok();
    assert_eq!(here.post("/account").await.status, 401);
}

async fn a_rotation_and_a_change_are_one_write<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    client.post("/log-in/ann").await.ok();
    assert_eq!(house.store.calls(), [Call::Load, Call::Update]);
}

async fn a_write_after_a_rotation_is_kept<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    client.post("/rotate").await.ok();
    assert_eq!(client.post("/visit").await.ok(), "2");
    client.post("/rotate").await.ok();
    assert_eq!(client.post("/visit").await.ok(), "3");
}

async fn two_tabs_that_change_different_things_lose_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let node = House::new(house.store.store().clone());
    let client = house.regular().await;
    let mut here = client.clone();
    let mut there = Client::with_session(&node.app, client.session().expect("set"));
    let gate = house.store.hold(Call::Update);
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

async fn a_read_that_fails_overwrites_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    house.store.fate(Call::Load, Fate::Fails);
    for path in ["/visit", "/clear", "/log-out", "/remember/true", "/log-in/ann"] {
        assert_eq!(client.post(path).await.status, 503);
    }
    assert!(!house.store.calls().iter().any(|call| *call != Call::Load));
    house.store.heal();
    assert_eq!(state(&mut client).await, Shop { visits: 1, ..Shop::default() });
}

async fn a_background_change_reaches_the_next_request<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    let handle = house.store.inserted()[0];
    let changed = house.sessions.update(&handle, |shop| {
        shop.notice = Some("your export is ready".to_owned());
        shop.visits
    });
    assert_eq!(changed.await.expect("it is there"), 0);
    assert_eq!(client.post("/flash").await.ok(), "your export is ready");
    let refused = house.sessions.update(&handle, |shop| shop.user = None).await;
    assert!(matches!(refused, Err(Error::PrincipalInUpdate)), "{refused:?}");
    assert_eq!(client.post("/account").await.ok(), "ann");
}

async fn a_background_change_of_a_session_that_ended_is_an_error<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    let handle = house.store.inserted()[0];
    client.post("/log-out").await.ok();
    let late = house.sessions.update(&handle, |shop| shop.visits += 1).await;
    assert!(matches!(late, Err(Error::Ended)), "{late:?}");
    assert_eq!(house.live().await, 0);
    let expired = house.member("bob").await;
    house.clock.advance(Duration::from_hours(2));
    let late = house.sessions.update(&house.store.inserted()[1], |shop| shop.visits += 1).await;
    assert!(matches!(late, Err(Error::Ended)), "{late:?}");
    drop(expired);
}

#[tokio::test]
async fn a_development_cookie_goes_without_tls() {
    let plain = SessionCookie::insecure_for_development("dev").expect("it is a name");
    let house = House::built(MemoryStore::new(), |builder| builder.cookie(plain));
    let mut client = house.newcomer();
    let reply = client.post("/visit").await;
    let line = reply.set_cookies()[0];
    assert!(line.starts_with("dev=") && !line.contains("Secure"), "{line}");
    assert_eq!(client.post("/visit").await.ok(), "2");
    client.post("/log-out").await.ok();
    assert_eq!(client.cookie("dev"), None);
}
