//! The request that opens a socket.

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::http::Request;
use axum::http::header::{CONNECTION, UPGRADE};
use axum::response::Response;
use axum::routing::get;
use session_axum::testing::stored;
use session_axum::{ErrorKind, MemoryStore, RequestSession, Sessions, require_session};

use super::node::Node;
use crate::App;
use crate::guest::Guest;
use crate::room::Room;

#[tokio::test]
async fn no_socket_opens_without_a_log_in_or_from_another_site() {
    let chat = Node::open().await;
    let ann = chat.guest("Ann").await;
    let here = format!("http://{}", chat.address);
    assert_eq!(chat.try_socket(None, &here).await.err(), Some(401));
    assert_eq!(chat.try_socket(Some(&ann), "https://evil.example").await.err(), Some(403));
    assert_eq!(chat.try_socket(None, "https://evil.example").await.err(), Some(403));
    assert!(chat.try_socket(Some(&ann), &here).await.is_ok());
}

/// The same, as a router's test sees it, which opens no socket.
#[tokio::test]
async fn an_upgrade_is_refused_before_it_is_one() {
    let chat = Node::open().await;
    let browser = chat.browser();
    let upgrade = || {
        let request = Request::get("/socket").header(UPGRADE, "websocket");
        request.header(CONNECTION, "upgrade").body(Body::empty()).expect("a request")
    };
    browser.send(upgrade()).await.assert_status(401);
    browser.get("/events").await.assert_status(401);
    let evil = browser.cross_site("https://evil.example");
    let refused = evil.send(upgrade()).await.assert_status(403);
    assert!(refused.text().contains("This came from another site"));
}

/// Why the chat changes the session by its handle: its request is over when the socket opens.
#[tokio::test]
async fn a_request_session_cannot_be_changed_in_a_socket() {
    #[require_session(authenticated)]
    async fn late(
        _: &Guest,
        session: RequestSession<Guest>,
        upgrade: WebSocketUpgrade,
    ) -> Response {
        session.change(|guest| guest.sent += 1).expect("the request is under way");
        upgrade.on_upgrade(async move |mut socket| {
            let answer = match session.change(|guest| guest.sent += 1) {
                Err(error) if matches!(error.kind(), ErrorKind::Saved(_)) => "saved",
                _ => "changed",
            };
            socket.send(Message::text(answer)).await.expect("the socket is open");
        })
    }

    let sessions = Sessions::builder(MemoryStore::new()).build().expect("the options are sound");
    let app = App { sessions, room: Room::new() };
    let routes = Router::new().route("/socket", get(late)).with_state(app.clone());
    let chat = Node::serve(routes, app).await;
    let ann = chat.guest("Ann").await;
    chat.socket(&ann).await.hears("saved").await;
    assert_eq!(stored(&chat.app.sessions, &ann).await.map(|guest| guest.sent), Some(1));
}
