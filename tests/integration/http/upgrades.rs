//! Upgrades: what a WebSocket begins with carries no new secret.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{HOST, ORIGIN};
use session_tests::{TestStore, on_each_store};

use super::app::TestApp;
use super::rotation::{KEPT, SET, with_an_old_secret};

on_each_store!(
    with_keys_and_on_a_cluster;
    an_upgrade_renews_no_secret,
);

async fn an_upgrade_renews_no_secret<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    assert_eq!(client.get("/upgrade").await.summary(), "101, no Set-Cookie, Vary: Cookie");
    // HTTP/2 has a method in its place.
    let connect = Request::connect("/upgrade").header(ORIGIN, "https://shop.example");
    let connect = connect.header(HOST, "shop.example").body(Body::empty()).unwrap();
    assert_eq!(client.send(connect).await.summary(), KEPT);
    assert_eq!(client.get("/look").await.summary(), SET);
}
