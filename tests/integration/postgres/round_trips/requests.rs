//! The cost of each kind of request.

use session_test_support::Postgres;
use session_tests::Client;

use super::metered_app::{Cost, MeteredApp, TIMES};

/// What a response says of a session that it leaves as it is.
const UNCHANGED: &str = "200, no Set-Cookie, Vary: Cookie";

#[tokio::test]
async fn a_visitor_without_a_cookie_who_changes_nothing_costs_nothing() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost(async || {
            for (path, posts) in [("/", false), ("/rewrite", true), ("/logout", true)] {
                let mut visitor = Client::new(&app.router);
                let answer = if posts { visitor.post(path).await } else { visitor.get(path).await };
                assert_eq!(answer.summary(), UNCHANGED, "{path}");
            }
        })
        .await;
    assert_eq!(cost, Cost::each(0));
}

#[tokio::test]
async fn ten_thousand_visitors_without_a_cookie_leave_no_row() {
    let app = MeteredApp::open().await;
    let before = app.rows().await;
    let server = Postgres::shared().await;
    server.reset_statements(&app.database).await;
    app.proxy.reset_round_trips();
    for number in 0..10_000 {
        let mut visitor = Client::new(&app.router);
        let answer =
            if number % 2 == 0 { visitor.get("/").await } else { visitor.post("/logout").await };
        assert_eq!(answer.summary(), UNCHANGED);
    }
    assert_eq!(app.proxy.round_trips(), 0);
    assert_eq!(server.statements(&app.database).await, []);
    assert_eq!(app.rows().await, before);
}

#[tokio::test]
async fn a_handler_without_a_session_costs_nothing_even_with_a_cookie() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost_with_session(async |visitor| {
            assert_eq!(visitor.get("/plain").await.summary(), "200, no Set-Cookie");
        })
        .await;
    assert_eq!(cost, Cost::each(0));
}

#[tokio::test]
async fn a_read_costs_one_round_trip() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost_with_session(async |visitor| {
            let answer = visitor.get("/").await;
            assert_eq!(answer.summary(), UNCHANGED);
            assert_eq!(answer.body, "1");
        })
        .await;
    assert_eq!(cost, Cost::each(1));
}

#[tokio::test]
async fn a_handler_that_changed_nothing_costs_one_round_trip_and_sets_no_cookie() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost_with_session(async |visitor| {
            let answer = visitor.post("/rewrite").await;
            assert_eq!(answer.summary(), UNCHANGED);
        })
        .await;
    assert_eq!(cost, Cost::each(1));
}

#[tokio::test]
async fn a_change_costs_two_round_trips() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost_with_session(async |visitor| {
            assert_eq!(visitor.post("/change").await.ok(), "2");
        })
        .await;
    assert_eq!(cost, Cost::each(2));
}

#[tokio::test]
async fn a_new_session_costs_one_round_trip() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost(async || {
            for _ in 0..TIMES {
                let answer = Client::new(&app.router).post("/change").await;
                assert_ne!(answer.set_cookie(), None);
            }
        })
        .await;
    assert_eq!(cost, Cost::each(1));
}

#[tokio::test]
async fn a_rotation_costs_two_round_trips() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost_with_session(async |visitor| {
            assert_ne!(visitor.post("/rotate").await.set_cookie(), None);
        })
        .await;
    assert_eq!(cost, Cost::each(2));
}

#[tokio::test]
async fn a_log_in_to_a_session_that_is_there_costs_two_round_trips() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost_with_session(async |visitor| {
            assert_ne!(visitor.post("/login").await.set_cookie(), None);
        })
        .await;
    assert_eq!(cost, Cost::each(2));
}

#[tokio::test]
async fn a_log_out_costs_at_most_two_round_trips() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost_with_session(async |visitor| {
            assert_ne!(visitor.post("/logout").await.set_cookie(), None);
            assert_eq!(visitor.session(), None);
        })
        .await;
    let most = Cost::each(2);
    assert!(cost.statements <= most.statements && cost.round_trips <= most.round_trips, "{cost:?}");
}

#[tokio::test]
async fn a_change_under_a_middleware_that_changes_too_costs_two_round_trips() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost_with_session(async |visitor| {
            assert_eq!(visitor.post("/counted-around").await.ok(), "2");
        })
        .await;
    assert_eq!(cost, Cost::each(2));
}

#[tokio::test]
async fn a_guard_costs_no_more_than_the_read() {
    let app = MeteredApp::open().await;
    let mut member = Client::new(&app.router);
    member.post("/login").await.ok();
    let cost = app
        .cost(async || {
            for _ in 0..TIMES {
                assert_eq!(member.get("/account").await.ok(), "ann");
            }
        })
        .await;
    assert_eq!(cost, Cost::each(1));
}

#[tokio::test]
async fn a_log_in_without_a_session_costs_one_round_trip() {
    let app = MeteredApp::open().await;
    let cost = app
        .cost(async || {
            for _ in 0..TIMES {
                Client::new(&app.router).post("/login").await.ok();
            }
        })
        .await;
    assert_eq!(cost, Cost::each(1));
}

#[tokio::test]
async fn the_list_of_ones_sessions_costs_one_round_trip_and_so_does_their_end() {
    let app = MeteredApp::open().await;
    let ann = "ann".to_owned();
    for _ in 0..5 {
        Client::new(&app.router).post("/login").await.ok();
    }
    let list = app
        .cost(async || {
            for _ in 0..TIMES {
                let listed = app.sessions.list(&ann).await.expect("the server is up");
                assert!(listed.len() >= 5);
            }
        })
        .await;
    assert_eq!(list, Cost::each(1));
    let end = app
        .cost(async || {
            for _ in 0..TIMES {
                app.sessions.revoke_all(&ann).await.expect("the server is up");
            }
        })
        .await;
    assert_eq!(end, Cost::each(1));
    assert_eq!(app.sessions.list(&ann).await.expect("the server is up"), []);
}
