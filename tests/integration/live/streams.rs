//! What a client sees of a session's end: event streams and downloads.

use axum::body::Body;
use axum::http::header::{ACCEPT, COOKIE};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt as _;
use session_tests::{Client, TestStore, on_each_store};
use tower::ServiceExt as _;

use super::app::{Learns, Node};

on_each_store!(an_event_stream_ends, a_download_is_cut, an_ended_event_stream_is_not_asked_again,);

/// What comes of a body while its session is ended by another node.
async fn body<S: TestStore>(store: &S, path: &str) -> Vec<Result<String, String>> {
    let (node, other) = (Node::new(store, Learns::ByAsking), Node::new(store, Learns::ByAsking));
    let client = node.log_in_as("ann").await;
    let response = node.router.clone().oneshot(request(&client, path)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.into_body().into_data_stream();
    let mut chunks = Vec::new();
    while let Some(chunk) = body.next().await {
        if chunks.is_empty() {
            client.at(&other.router).post("/log-out").await.ok();
        }
        chunks.push(match chunk {
            Ok(bytes) => Ok(String::from_utf8(bytes.to_vec()).unwrap()),
            Err(error) => Err(error.to_string()),
        });
    }
    chunks
}

fn request(client: &Client, path: &str) -> Request<Body> {
    let cookie = format!("__Host-session={}", client.session().expect("it is logged in"));
    let request = Request::get(path).header(COOKIE, cookie).header(ACCEPT, "text/event-stream");
    request.body(Body::empty()).unwrap()
}

async fn an_event_stream_ends<S: TestStore>(store: S) {
    assert_eq!(body(&store, "/events").await, [Ok("data: hello\n\n".to_owned())]);
}

async fn a_download_is_cut<S: TestStore>(store: S) {
    let [Ok(begun), Err(error)] = &*body(&store, "/download").await else {
        panic!("it fails after what was sent");
    };
    assert_eq!((begun.as_str(), error.as_str()), ("so far", "the session is over"));
}

/// A browser that is answered 204 stops.
async fn an_ended_event_stream_is_not_asked_again<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.log_in_as("ann").await;
    let again = request(&client, "/events");
    client.post("/log-out").await.ok();
    let answer = node.router.clone().oneshot(again).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    // Who asks for something else is told why.
    assert_eq!(client.get("/events").await.status, StatusCode::UNAUTHORIZED);
}
