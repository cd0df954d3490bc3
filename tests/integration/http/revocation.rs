//! The end of all sessions of a principal, also of those that were begun before and saved after.

use std::time::Duration;

use axum::http::StatusCode;
use session_axum::Timestamp;
use session_tests::{Call, Client, TestStore, on_each_store};
use tokio::task::JoinSet;

use super::app::TestApp;

on_each_store!(
    with_keys_and_on_a_cluster;
    a_log_in_under_way_comes_to_nothing,
    nor_does_one_that_began_on_another_node,
    nor_does_anything_else_under_way,
    what_waits_behind_a_log_in_that_comes_too_late_is_saved,
    of_those_who_race_it_none_stays,
    whoever_logs_in_right_after_is_let_in,
    the_session_that_is_spared_goes_on,
);

const SECOND: Duration = Duration::from_secs(1);

fn ann() -> String {
    "ann".to_owned()
}

/// Ends all of Ann's sessions while this request waits to be saved.
async fn revoked_meanwhile<S: TestStore>(app: &TestApp<S>, client: &mut Client, call: Call) {
    let gate = app.store.pause(call);
    let revoke = async {
        gate.reached().await;
        app.store.heal();
        app.clock.advance(SECOND);
        app.sessions.revoke_all(&ann()).await.expect("the store works");
        gate.open();
    };
    let (reply, ()) = tokio::join!(client.post("/log-in/ann"), revoke);
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{reply:?}");
    assert_eq!(reply.set_cookies().len(), 0);
    assert_eq!(client.post("/account").await.status, StatusCode::UNAUTHORIZED);
}

async fn a_log_in_under_way_comes_to_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    revoked_meanwhile(&app, &mut app.newcomer(), Call::Insert).await;
    assert_eq!(app.live_sessions().await, 0);
    let mut cart = app.visitor().await;
    revoked_meanwhile(&app, &mut cart, Call::Update).await;
    assert_eq!(cart.get("/look").await.ok(), "1", "nobody's cart is lost by it");
    assert_eq!(app.live_sessions().await, 1);
}

/// By the store's own clock, of which a node learns when it is answered.
async fn nor_does_one_that_began_on_another_node<S: TestStore>(store: S) {
    let app = TestApp::on_the_stores_clock(store);
    for mut client in [app.newcomer(), app.visitor().await] {
        let call = if client.session().is_some() { Call::Update } else { Call::Insert };
        let gate = app.store.pause(call);
        let revoke = async {
            gate.reached().await;
            app.store.heal();
            let node = TestApp::on_the_stores_clock(app.store.store().clone());
            node.sessions.revoke_all(&ann()).await.expect("the store works");
            gate.open();
        };
        let (reply, ()) = tokio::join!(client.post("/log-in/ann"), revoke);
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{reply:?}");
        assert_eq!(app.sessions.list(&ann()).await.expect("the store works"), []);
    }
}

async fn nor_does_anything_else_under_way<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for path in ["/visit", "/rotate", "/log-in-again"] {
        let mut user = app.log_in_as("ann").await;
        let gate = app.store.pause(Call::Update);
        let revoke = async {
            gate.reached().await;
            app.store.heal();
            app.clock.advance(SECOND);
            app.sessions.revoke_all(&ann()).await.expect("the store works");
            gate.open();
        };
        let (reply, ()) = tokio::join!(user.post(path), revoke);
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}: {reply:?}");
        assert_eq!(app.live_sessions().await, 0, "{path}");
    }
}

/// A visitor's write is under way; meanwhile a log-in and a visit with the same cookie stand in line, in that
/// order. Answers what the three were answered.
async fn in_line<S: TestStore>(app: &TestApp<S>, meanwhile: impl AsyncFnOnce()) -> [StatusCode; 3] {
    let client = app.visitor().await;
    let gate = app.store.pause(Call::Update);
    let mut requests = Vec::new();
    for path in ["/visit", "/log-in/ann", "/visit"] {
        let mut tab = client.clone();
        requests.push(tokio::spawn(async move { tab.post(path).await.status }));
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
    meanwhile().await;
    app.store.heal();
    gate.open();
    let mut answers = Vec::new();
    for request in requests {
        answers.push(request.await.expect("nobody panics"));
    }
    answers.try_into().expect("there are three")
}

async fn what_waits_behind_a_log_in_that_comes_too_late_is_saved<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let answers = in_line(&app, async || {
        app.clock.advance(SECOND);
        app.sessions.revoke_all(&ann()).await.expect("the store works");
    });
    assert_eq!(answers.await, [StatusCode::OK, StatusCode::UNAUTHORIZED, StatusCode::OK]);
}

/// In memory, where they surely stand in line in that order.
#[tokio::test]
async fn what_waits_behind_a_log_in_that_is_stored_is_over() {
    let app = TestApp::in_memory();
    let answers = in_line(&app, async || ()).await;
    assert_eq!(answers, [StatusCode::OK, StatusCode::OK, StatusCode::UNAUTHORIZED]);
}

async fn of_those_who_race_it_none_stays<S: TestStore>(store: S) {
    let app = TestApp::on_the_stores_clock(store);
    for _ in 0..3 {
        let mut users = Vec::new();
        for _ in 0..10 {
            users.push(app.log_in_as("ann").await);
        }
        let mut racers = JoinSet::new();
        for number in 0..100 {
            let user = users[number % users.len()].clone();
            let newcomer = app.newcomer();
            racers.spawn(async move {
                let began = Timestamp::now();
                let (mut client, path) =
                    if number % 2 == 0 { (newcomer, "/log-in/ann") } else { (user, "/visit") };
                let reply = client.post(path).await;
                (began, reply.status, client)
            });
        }
        tokio::task::yield_now().await;
        app.sessions.revoke_all(&ann()).await.expect("the store works");
        let revoked = Timestamp::now();
        for (began, status, client) in racers.join_all().await {
            let alive = client.clone().post("/account").await.status == StatusCode::OK;
            assert!(!alive || began > revoked, "{status}: it began before");
        }
        app.sessions.revoke_all(&ann()).await.expect("the store works");
    }
}

/// At the first try on the node that knows of it. Another tells by how long its store took to
/// answer when the log-in began, and may have to be asked again.
async fn whoever_logs_in_right_after_is_let_in<S: TestStore>(store: S) {
    for _ in 0..20 {
        let app = TestApp::on_the_stores_clock(store.clone());
        let mut cart = app.visitor().await;
        app.sessions.revoke_all(&ann()).await.expect("the store works");
        assert_eq!(app.newcomer().post("/log-in/ann").await.status, StatusCode::OK);
        assert_eq!(cart.post("/log-in/ann").await.status, StatusCode::OK);
        let node = TestApp::on_the_stores_clock(store.clone());
        app.sessions.revoke_all(&ann()).await.expect("the store works");
        while node.newcomer().post("/log-in/ann").await.status != StatusCode::OK {}
    }
}

async fn the_session_that_is_spared_goes_on<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut here = app.log_in_as("ann").await;
    let mut elsewhere = app.log_in_as("ann").await;
    app.clock.advance(SECOND);
    // It ends the others and proves again who it is, in one request.
    assert_eq!(here.post("/others-and-log-in").await.ok(), "1");
    assert_eq!(here.post("/account").await.ok(), "ann");
    assert_eq!(elsewhere.post("/account").await.status, StatusCode::UNAUTHORIZED);
}
