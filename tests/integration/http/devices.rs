//! Whose sessions there are, how many there may be, and their ends.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::Request;
use axum::http::header::USER_AGENT;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::{BuildError, Error, Handle, Listed, MemoryStore, Sessions};
use session_tests::{Call, Client, Fresh, on_each_store};
use tokio::task::JoinSet;

use crate::house::{House, Shop};

on_each_store!(
    a_list_shows_each_device,
    one_device_is_logged_out_by_another,
    the_others_are_logged_out,
    everything_is_logged_out_everywhere,
    of_nobody_there_are_no_others,
    each_verb_is_one_operation,
    nothing_in_a_list_is_worth_anything_as_a_cookie,
    a_log_in_too_many_ends_the_oldest,
    of_a_hundred_log_ins_at_once_five_stay,
    a_list_says_when_each_logged_in,
);

const SECOND: Duration = Duration::from_secs(1);

async fn listed<S: Fresh>(house: &House<S>) -> Vec<Listed> {
    house.sessions.list(&"ann".to_owned()).await.expect("the store works")
}

/// Three browsers of Ann's, and one of Bob's.
async fn browsers<S: Fresh>(house: &House<S>) -> [Client; 4] {
    let mut browsers = Vec::new();
    for user in ["ann", "ann", "ann", "bob"] {
        browsers.push(house.member(user).await);
        house.clock.advance(SECOND);
    }
    house.forget();
    browsers.try_into().expect("there are four")
}

/// Which of them are still logged in.
async fn logged_in(browsers: &[Client]) -> Vec<bool> {
    let mut answers = Vec::new();
    for browser in browsers {
        answers.push(browser.clone().post("/account").await.status == 200);
    }
    answers
}

async fn a_list_shows_each_device<S: Fresh>(store: S) {
    let house = House::new(store);
    for agent in ["curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64)"] {
        let log_in = Request::post("/log-in/ann").header(USER_AGENT, agent);
        let log_in = log_in.body(Body::empty()).expect("a request");
        house.newcomer().send(log_in).await.ok();
        house.clock.advance(SECOND);
    }
    let long = Request::post("/log-in/ann").header(USER_AGENT, "x".repeat(1000));
    house.newcomer().send(long.body(Body::empty()).expect("a request")).await.ok();
    house.member("bob").await;
    let listed = listed(&house).await;
    let labels: Vec<_> =
        listed.iter().map(|one| one.label.as_deref().expect("it has one")).collect();
    assert_eq!(labels, [&"x".repeat(200), "Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0"]);
    for pair in listed.windows(2) {
        assert!(pair[0].created > pair[1].created && pair[0].seen > pair[1].seen, "newest first");
    }
    assert_eq!(listed[0].authenticated, Some(listed[0].created));
    assert_eq!(listed[0].expires, listed[0].seen + Duration::from_hours(1));
}

async fn one_device_is_logged_out_by_another<S: Fresh>(store: S) {
    let house = House::new(store);
    let browsers = browsers(&house).await;
    let second = listed(&house).await[1].handle;
    assert!(house.sessions.revoke(&second).await.expect("the store works"));
    assert!(!house.sessions.revoke(&second).await.expect("the store works"));
    assert_eq!(logged_in(&browsers).await, [true, false, true, true]);
    assert_eq!(listed(&house).await.len(), 2);
    assert!(house.events.since().contains(&format!("Revoked {{ handle: {second:?} }}")));
}

async fn the_others_are_logged_out<S: Fresh>(store: S) {
    let house = House::new(store);
    let browsers = browsers(&house).await;
    assert_eq!(browsers[1].clone().post("/others").await.ok(), "2");
    assert_eq!(logged_in(&browsers).await, [false, true, false, true]);
    assert_eq!(browsers[1].clone().post("/others").await.ok(), "0");
}

async fn everything_is_logged_out_everywhere<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut browsers = browsers(&house).await;
    let ended = house.sessions.revoke_all(&"ann".to_owned()).await;
    assert_eq!(ended.expect("the store works"), 3);
    assert_eq!(logged_in(&browsers).await, [false, false, false, true]);
    assert_eq!(listed(&house).await, []);
    // Whoever logs in now is let in.
    house.clock.advance(SECOND);
    browsers[0].post("/log-in/ann").await.ok();
    house.member("ann").await;
    assert_eq!(listed(&house).await.len(), 2);
}

async fn of_nobody_there_are_no_others<S: Fresh>(store: S) {
    let house = House::new(store);
    for mut client in [house.newcomer(), house.regular().await] {
        assert_eq!(client.post("/others").await.ok(), Error::NobodyThere.to_string());
    }
    let late = house.sessions.revoke_all(&"nobody".to_owned()).await;
    assert_eq!(late.expect("the store works"), 0);
}

async fn each_verb_is_one_operation<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut browsers = browsers(&house).await;
    browsers[0].post("/account").await.ok();
    assert_eq!(house.store.calls(), [Call::Load], "a guard adds none");
    let listed = listed(&house).await;
    assert_eq!(house.store.calls(), [Call::List]);
    browsers[0].post("/others").await.ok();
    assert_eq!(house.store.calls(), [Call::Load, Call::DeleteAll]);
    house.sessions.revoke(&listed[0].handle).await.expect("the store works");
    assert_eq!(house.store.calls(), [Call::Delete]);
    house.sessions.revoke_all(&"bob".to_owned()).await.expect("the store works");
    assert_eq!(house.store.calls(), [Call::DeleteAll]);
}

async fn nothing_in_a_list_is_worth_anything_as_a_cookie<S: Fresh>(store: S) {
    let house = House::new(store);
    house.member("ann").await;
    let shown = format!("{:?}", listed(&house).await);
    let handle: Handle = listed(&house).await[0].handle;
    let encoded: String = URL_SAFE_NO_PAD.encode(handle.as_bytes());
    let tries = shown.split([' ', '"', '(', ')', ',']).map(str::to_owned);
    let padded = format!("{encoded}{}", "A".repeat(64 - encoded.len()));
    for value in tries.chain([handle.to_string(), encoded, padded]) {
        if value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';') {
            let mut thief = Client::with_session(&house.app, &value);
            assert_eq!(thief.post("/account").await.status, 401, "{value}");
        }
    }
}

async fn a_log_in_too_many_ends_the_oldest<S: Fresh>(store: S) {
    let house = House::built(store, |builder| builder.max_per_principal(2));
    let mut browsers = browsers(&house).await;
    assert_eq!(logged_in(&browsers).await, [false, true, true, true]);
    // Who proves again who it is becomes the newest.
    browsers[1].post("/reauthenticate").await.ok();
    house.clock.advance(SECOND);
    let mut cart = house.regular().await;
    cart.post("/log-in/ann").await.ok();
    assert_eq!(logged_in(&browsers).await, [false, true, false, true]);
    assert_eq!(logged_in(&[cart]).await, [true]);
}

#[test]
fn nobody_is_left_without_any() {
    let none = Sessions::<Shop>::builder(MemoryStore::new()).max_per_principal(0);
    assert_eq!(none.build().err(), Some(BuildError::ZeroSessions));
}

async fn of_a_hundred_log_ins_at_once_five_stay<S: Fresh>(store: S) {
    // On two nodes, some with a cart and some without.
    let one = House::built(store.clone(), |builder| builder.max_per_principal(5));
    let two = House::built(store, |builder| builder.max_per_principal(5));
    let mut log_ins = JoinSet::new();
    for number in 0..100 {
        let house = [&one, &two][number % 2];
        let mut client = if number % 10 == 0 { house.regular().await } else { house.newcomer() };
        log_ins.spawn(async move {
            client.post("/log-in/ann").await.ok();
            client
        });
    }
    let clients = log_ins.join_all().await;
    let live = logged_in(&clients).await.into_iter().filter(|live| *live).count();
    assert_eq!((live, listed(&one).await.len()), (5, 5));
}

async fn a_list_says_when_each_logged_in<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    let created = SystemTime::from(house.clock.now());
    house.clock.advance(SECOND);
    client.post("/log-in/ann").await.ok();
    house.clock.advance(SECOND);
    client.post("/visit").await.ok();
    let one = listed(&house).await.remove(0);
    assert_eq!(one.created, created);
    assert_eq!(one.authenticated, Some(created + SECOND));
    assert_eq!(one.seen, created + 2 * SECOND);
    let before = client.session().expect("it has a cookie").to_owned();
    client.post("/reauthenticate").await.ok();
    assert_ne!(client.session(), Some(&*before), "it is a new secret");
    let one = listed(&house).await.remove(0);
    assert_eq!(one.authenticated, Some(created + 2 * SECOND));
}
