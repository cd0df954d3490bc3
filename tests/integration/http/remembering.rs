//! `remember`: whoever is remembered has a longer life, in the record and in the cookie alike.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::post;
use session_axum::{Lifetime, Session, require_session};
use session_tests::{Call, Client, Reply, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, routes};

on_each_store!(
    with_keys;
    who_is_remembered_lives_longer,
    who_is_not_lives_as_before,
    the_cookie_and_the_record_end_together,
    later_it_changes_the_cookie_alone_until_the_next_log_in,
    another_principal_is_not_remembered,
    a_log_out_forgets_it,
    a_session_of_nobody_is_remembered_from_its_beginning,
    a_preset_stays_what_its_name_says,
);

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

#[require_session]
async fn before(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.remember(true);
    session.log_in(user);
}

#[require_session]
async fn after(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user);
    session.remember(true);
}

fn router<S>(app: &TestApp<S>) -> Router {
    routes()
        .route("/before/{user}", post(before))
        .route("/after/{user}", post(after))
        .with_state(AppState { sessions: app.sessions.clone() })
}

fn newcomer<S>(app: &TestApp<S>) -> Client {
    Client::new(&router(app))
}

/// In seconds.
fn max_age(reply: &Reply) -> Option<u64> {
    let cookies = reply.set_cookies();
    let cookie = cookies.first().expect("it sets a cookie");
    let attribute = cookie.split("; ").find_map(|part| part.strip_prefix("Max-Age="));
    attribute.map(|seconds| seconds.parse().expect("a number"))
}

async fn is_logged_in(client: &mut Client) -> bool {
    client.post("/account").await.status == 200
}

async fn who_is_remembered_lives_longer<S: TestStore>(store: S) {
    for path in ["/before/ann", "/after/ann"] {
        let app = TestApp::new(store.clone());
        for begins in ["/visit", "/rotate"] {
            let mut client = newcomer(&app);
            client.post(begins).await.ok();
            let reply = client.post(path).await;
            assert_eq!(max_age(&reply), Some(30 * 86_400), "{path}");
            app.clock.advance(13 * DAY + 23 * HOUR);
            assert!(is_logged_in(&mut client).await, "{path}");
            app.clock.advance(13 * DAY + 23 * HOUR);
            assert!(is_logged_in(&mut client).await, "{path}: it was used");
            app.clock.advance(2 * DAY + HOUR);
            assert!(is_logged_in(&mut client).await, "{path}");
            app.clock.advance(HOUR);
            assert!(!is_logged_in(&mut client).await, "{path}: 30 days in all");

            let mut client = newcomer(&app);
            client.post(path).await.ok();
            app.clock.advance(14 * DAY);
            assert!(!is_logged_in(&mut client).await, "{path}: 14 days idle");
        }
    }
}

async fn who_is_not_lives_as_before<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = newcomer(&app);
    let reply = client.post("/log-in/ann").await;
    assert_eq!(max_age(&reply), None);
    app.clock.advance(HOUR);
    assert!(!is_logged_in(&mut client).await);
}

async fn the_cookie_and_the_record_end_together<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = newcomer(&app);
    let mut ages = vec![client.post("/after/ann").await];
    app.clock.advance(DAY);
    ages.push(client.post("/rotate").await);
    app.clock.advance(DAY);
    ages.push(client.post("/log-in/ann").await);
    let ages: Vec<_> = ages.iter().map(max_age).collect();
    assert_eq!(ages, [Some(30 * 86_400), Some(29 * 86_400), Some(30 * 86_400)]);
    let listed = app.sessions.list(&"ann".to_owned()).await.expect("the store works");
    let absolute =
        app.store.records(session_core::Now::At(app.clock.now())).await[0].times.absolute;
    assert_eq!((listed.len(), absolute), (1, app.clock.now().plus(30 * DAY)));
}

async fn later_it_changes_the_cookie_alone_until_the_next_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store.clone());
    let mut client = newcomer(&app);
    client.post("/log-in/ann").await.ok();
    app.clock.advance(HOUR / 2);
    let reply = client.post("/remember/true").await;
    assert_eq!(max_age(&reply), Some(86_400 - 1_800), "as long as the session may live");
    let mut lost = client.clone();
    app.clock.advance(HOUR / 2);
    let reply = client.post("/log-in/ann").await;
    assert_eq!(max_age(&reply), Some(30 * 86_400));
    app.clock.advance(13 * DAY);
    assert!(is_logged_in(&mut client).await);
    assert!(!is_logged_in(&mut lost).await);

    let reply = client.post("/remember/false").await;
    assert_eq!(max_age(&reply), None);
    app.clock.advance(13 * DAY);
    assert!(is_logged_in(&mut client).await, "the limits stay");
    assert_eq!(max_age(&client.post("/log-in/ann").await), None);
    app.clock.advance(HOUR);
    assert!(!is_logged_in(&mut client).await, "until the next log-in");
}

async fn another_principal_is_not_remembered<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for path in ["/log-in/bob", "/assign/bob"] {
        let mut client = newcomer(&app);
        client.post("/after/ann").await.ok();
        assert_eq!(max_age(&client.post(path).await), None, "{path}");
        app.clock.advance(HOUR);
        assert!(!is_logged_in(&mut client).await, "{path}");

        let mut client = newcomer(&app);
        client.post("/after/ann").await.ok();
        assert_eq!(max_age(&client.post("/before/bob").await), Some(30 * 86_400));
        app.clock.advance(13 * DAY);
        assert!(is_logged_in(&mut client).await, "who asks for it is");
    }
}

async fn a_log_out_forgets_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for path in ["/sign-off", "/log-out"] {
        let mut client = newcomer(&app);
        client.post("/after/ann").await.ok();
        client.post(path).await.ok();
        assert_eq!(max_age(&client.post("/log-in/ann").await), None, "{path}");
        app.clock.advance(HOUR);
        assert!(!is_logged_in(&mut client).await, "{path}");
    }
}

async fn a_session_of_nobody_is_remembered_from_its_beginning<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = newcomer(&app);
    assert_eq!(max_age(&client.post("/remember/true").await), Some(30 * 86_400));
    app.clock.advance(13 * DAY);
    assert_eq!(client.post("/visit").await.body, "2");
    assert_eq!(max_age(&client.post("/log-in/ann").await), Some(30 * 86_400));
}

async fn a_preset_stays_what_its_name_says<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, |builder| builder.lifetime(Lifetime::AAL2));
    let mut client = newcomer(&app);
    assert_eq!(max_age(&client.post("/after/ann").await), Some(86_400));
    app.clock.advance(HOUR);
    assert!(!is_logged_in(&mut client).await);
}

/// In memory, where they surely stand in line in that order and are stored together.
#[tokio::test]
async fn together_with_a_new_secret_it_does_not_bring_back_the_old_one() {
    let app = TestApp::in_memory();
    let client = app.log_in_as("ann").await;
    let gate = app.store.pause(Call::Update);
    let mut requests = Vec::new();
    for path in ["/visit", "/remember/true", "/rotate"] {
        let mut tab = client.clone();
        requests.push(tokio::spawn(async move { tab.post(path).await }));
        if requests.len() == 1 {
            gate.reached().await;
        }
        while !app.store.take_calls().contains(&Call::Load) {
            tokio::task::yield_now().await;
        }
        // Until it stands in line.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    app.store.heal();
    gate.open();
    let mut replies = Vec::new();
    for request in requests {
        replies.push(request.await.expect("nobody panics"));
    }
    assert_eq!(replies[1].set_cookies(), [""; 0], "the browser gets a newer one");
    assert_eq!(max_age(&replies[2]), Some(86_400));
}
