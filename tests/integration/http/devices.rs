//! The sessions of a principal: their list, their number, and how they are ended.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::Request;
use axum::http::header::USER_AGENT;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_axum::{BuildError, ErrorKind, Handle, Listed, MemoryStore, Sessions};
use session_tests::{Call, Client, TestStore, on_each_store};
use tokio::task::JoinSet;

use super::app::{Shop, TestApp};

on_each_store!(
    with_keys_and_on_a_cluster;
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

async fn listed<S: TestStore>(app: &TestApp<S>) -> Vec<Listed> {
    app.sessions.list(&"ann".to_owned()).await.expect("the store works")
}

/// Three browsers of Ann's, and one of Bob's.
async fn browsers<S: TestStore>(app: &TestApp<S>) -> [Client; 4] {
    let mut browsers = Vec::new();
    for user in ["ann", "ann", "ann", "bob"] {
        browsers.push(app.log_in_as(user).await);
        app.clock.advance(SECOND);
    }
    app.reset();
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

async fn a_list_shows_each_device<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for agent in ["curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64)"] {
        let log_in = Request::post("/log-in/ann").header(USER_AGENT, agent);
        let log_in = log_in.body(Body::empty()).expect("a request");
        app.newcomer().send(log_in).await.ok();
        app.clock.advance(SECOND);
    }
    let long = Request::post("/log-in/ann").header(USER_AGENT, "x".repeat(1000));
    app.newcomer().send(long.body(Body::empty()).expect("a request")).await.ok();
    app.log_in_as("bob").await;
    let listed = listed(&app).await;
    let labels: Vec<_> =
        listed.iter().map(|one| one.label.as_deref().expect("it has one")).collect();
    assert_eq!(labels, [&"x".repeat(200), "Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0"]);
    for pair in listed.windows(2) {
        assert!(pair[0].created > pair[1].created && pair[0].seen > pair[1].seen, "newest first");
    }
    assert_eq!(listed[0].authenticated, Some(listed[0].created));
    assert_eq!(listed[0].expires, listed[0].seen + Duration::from_hours(1));
}

async fn one_device_is_logged_out_by_another<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let browsers = browsers(&app).await;
    let second = listed(&app).await[1].handle;
    assert!(app.sessions.revoke(&second).await.expect("the store works"));
    assert!(!app.sessions.revoke(&second).await.expect("the store works"));
    assert_eq!(logged_in(&browsers).await, [true, false, true, true]);
    assert_eq!(listed(&app).await.len(), 2);
    assert!(app.events.take().contains(&format!("Revoked {{ handle: {second:?} }}")));
}

async fn the_others_are_logged_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let browsers = browsers(&app).await;
    assert_eq!(browsers[1].clone().post("/others").await.ok(), "2");
    assert_eq!(logged_in(&browsers).await, [false, true, false, true]);
    assert_eq!(browsers[1].clone().post("/others").await.ok(), "0");
}

async fn everything_is_logged_out_everywhere<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut browsers = browsers(&app).await;
    let ended = app.sessions.revoke_all(&"ann".to_owned()).await;
    assert_eq!(ended.expect("the store works").ended(), 3);
    assert_eq!(logged_in(&browsers).await, [false, false, false, true]);
    assert_eq!(listed(&app).await, []);
    // Whoever logs in now is let in.
    app.clock.advance(SECOND);
    browsers[0].post("/log-in/ann").await.ok();
    app.log_in_as("ann").await;
    assert_eq!(listed(&app).await.len(), 2);
}

async fn of_nobody_there_are_no_others<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for mut client in [app.newcomer(), app.visitor().await] {
        assert_eq!(client.post("/others").await.ok(), ErrorKind::NobodyThere.to_string());
    }
    let late = app.sessions.revoke_all(&"nobody".to_owned()).await;
    assert_eq!(late.expect("the store works").ended(), 0);
}

async fn each_verb_is_one_operation<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut browsers = browsers(&app).await;
    browsers[0].post("/account").await.ok();
    assert_eq!(app.store.take_calls(), [Call::Load], "a guard adds none");
    let listed = listed(&app).await;
    assert_eq!(app.store.take_calls(), [Call::List]);
    browsers[0].post("/others").await.ok();
    assert_eq!(app.store.take_calls(), [Call::Load, Call::DeleteAll]);
    app.sessions.revoke(&listed[0].handle).await.expect("the store works");
    assert_eq!(app.store.take_calls(), [Call::Delete]);
    app.sessions.revoke_all(&"bob".to_owned()).await.expect("the store works");
    assert_eq!(app.store.take_calls(), [Call::DeleteAll]);
}

async fn nothing_in_a_list_is_worth_anything_as_a_cookie<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    app.log_in_as("ann").await;
    let shown = format!("{:?}", listed(&app).await);
    let handle: Handle = listed(&app).await[0].handle;
    let encoded: String = URL_SAFE_NO_PAD.encode(handle.as_bytes());
    let tries = shown.split([' ', '"', '(', ')', ',']).map(str::to_owned);
    let padded = format!("{encoded}{}", "A".repeat(64 - encoded.len()));
    for value in tries.chain([handle.to_string(), encoded, padded]) {
        if value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';') {
            let mut thief = Client::with_session(&app.router, &value);
            assert_eq!(thief.post("/account").await.status, 401, "{value}");
        }
    }
}

async fn a_log_in_too_many_ends_the_oldest<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, |builder| builder.max_per_principal(2));
    let mut browsers = browsers(&app).await;
    assert_eq!(logged_in(&browsers).await, [false, true, true, true]);
    // Who proves again who it is becomes the newest.
    browsers[1].post("/log-in-again").await.ok();
    app.clock.advance(SECOND);
    let mut cart = app.visitor().await;
    cart.post("/log-in/ann").await.ok();
    assert_eq!(logged_in(&browsers).await, [false, true, false, true]);
    assert_eq!(logged_in(&[cart]).await, [true]);
}

#[test]
fn nobody_is_left_without_any() {
    let none = Sessions::<Shop>::builder(MemoryStore::new()).max_per_principal(0);
    assert_eq!(none.build().err(), Some(BuildError::ZeroSessions));
}

async fn of_a_hundred_log_ins_at_once_five_stay<S: TestStore>(store: S) {
    // On two nodes, some with a cart and some without.
    let one = TestApp::with_options(store.clone(), |builder| builder.max_per_principal(5));
    let two = TestApp::with_options(store, |builder| builder.max_per_principal(5));
    let mut log_ins = JoinSet::new();
    for number in 0..100 {
        let app = [&one, &two][number % 2];
        let mut client = if number % 10 == 0 { app.visitor().await } else { app.newcomer() };
        log_ins.spawn(async move {
            client.post("/log-in/ann").await.ok();
            client
        });
    }
    let clients = log_ins.join_all().await;
    let live = logged_in(&clients).await.into_iter().filter(|live| *live).count();
    assert_eq!((live, listed(&one).await.len()), (5, 5));
}

async fn a_list_says_when_each_logged_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let created = SystemTime::from(app.clock.now());
    app.clock.advance(SECOND);
    client.post("/log-in/ann").await.ok();
    app.clock.advance(SECOND);
    client.post("/visit").await.ok();
    let one = listed(&app).await.remove(0);
    assert_eq!(one.created, created);
    assert_eq!(one.authenticated, Some(created + SECOND));
    assert_eq!(one.seen, created + 2 * SECOND);
    let before = client.session().expect("it has a cookie").to_owned();
    client.post("/log-in-again").await.ok();
    assert_ne!(client.session(), Some(&*before), "it is a new secret");
    let one = listed(&app).await.remove(0);
    assert_eq!(one.authenticated, Some(created + 2 * SECOND));
}
