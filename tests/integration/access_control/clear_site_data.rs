//! `ClearSiteData`: a log-out that has the browser forget everything.

use axum::response::Redirect;
use axum::routing::post;
use session_axum::{ClearSiteData, Session, require_session};
use session_tests::{TestStore, on_each_store};

use super::app::{Shop, TestApp, routes};

on_each_store!(a_log_out_can_clear_site_data, a_farewell_outlives_what_is_cleared);

#[require_session]
async fn say_good_bye(session: &mut Session<Shop>) -> (ClearSiteData, Redirect) {
    session.destroy();
    session.visits = 7;
    (ClearSiteData, Redirect::to("/"))
}

#[require_session(authenticated)]
async fn log_out(session: &mut Session<Shop>) -> (ClearSiteData, Redirect) {
    session.destroy();
    (ClearSiteData, Redirect::to("/"))
}

async fn a_log_out_can_clear_site_data<S: TestStore>(store: S) {
    let app =
        TestApp::with_options(store, routes().route("/log-out", post(log_out)), |builder| builder);
    let mut client = app.log_in_as("ann").await;
    let copy = client.clone();
    let reply = client.post("/log-out").await;
    assert_eq!(reply.summary(), "303, cookie removed, Vary: Cookie, Cache-Control: no-store");
    let sent: Vec<_> = reply.headers.get_all("clear-site-data").iter().collect();
    assert_eq!(sent, [r#""cache", "cookies", "storage""#]);
    assert_eq!(copy.clone().post("/account").await.status, 401);
    let refused = client.post("/log-out").await;
    assert_eq!(refused.summary(), "401, no Set-Cookie, Vary: Cookie");
    assert!(!refused.headers.contains_key("clear-site-data"));
}

async fn a_farewell_outlives_what_is_cleared<S: TestStore>(store: S) {
    let app = TestApp::with_options(
        store,
        routes().route("/good-bye", post(say_good_bye)).route("/visits", post(visits)),
        |builder| builder,
    );
    let mut client = app.log_in_as("ann").await;
    let copy = client.clone();
    let reply = client.post("/good-bye").await;
    assert_eq!(reply.summary(), "303, cookie set, Vary: Cookie, Cache-Control: no-store");
    let sent: Vec<_> = reply.headers.get_all("clear-site-data").iter().collect();
    assert_eq!(sent, [r#""cache", "storage""#], "the browser keeps the cookie");
    assert_eq!(client.post("/visits").await.ok(), "7");
    assert_eq!(copy.clone().post("/account").await.status, 401);
}

#[require_session]
async fn visits(shop: &Shop) -> String {
    shop.visits.to_string()
}
