//! Calls on a session of tower-sessions whose request is over.

use std::future::pending;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::Request;
use axum::routing::post;

use super::tower_sessions::session::Session;
use crate::site::Site;

type Escaped = Arc<Mutex<Option<Session>>>;

/// A request that brings a place for its session.
fn request(path: &str, escaped: &Escaped) -> Request<Body> {
    Request::post(path).extension(Arc::clone(escaped)).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn after_the_response_a_save_is_an_error_and_nothing_is_left_in_memory() {
    let keep = async |session: Session, Extension(escaped): Extension<Escaped>| {
        session.insert("c", 3).await.unwrap();
        *escaped.lock().unwrap() = Some(session);
    };
    let site = Site::new(Router::new().route("/", post(keep))).with_session().await;
    let escaped = Escaped::default();
    site.client.send(request("/", &escaped)).await.assert_status(200);
    let session = escaped.lock().unwrap().take().unwrap();
    session.insert("d", 4).await.unwrap();
    let error = session.save().await.unwrap_err().to_string();
    assert!(error.contains("the response has left"), "{error}");
    assert!(session.load().await.is_err() && session.delete().await.is_err());
    assert_eq!(site.stored_keys().await.0, ["a", "b", "c"]);
    drop(session);
    assert_eq!(Arc::strong_count(&escaped), 1, "the request's extensions are gone");
}

#[tokio::test]
async fn when_the_client_has_left_a_save_is_an_error_and_nothing_is_stored() {
    let hang = async |session: Session, Extension(escaped): Extension<Escaped>| {
        session.insert("c", 3).await.unwrap();
        *escaped.lock().unwrap() = Some(session);
        pending::<()>().await;
    };
    let site = Site::new(Router::new().route("/", post(hang))).with_session().await;
    let escaped = Escaped::default();
    let mut response = Box::pin(site.client.send(request("/", &escaped)));
    while escaped.lock().unwrap().is_none() {
        tokio::select! {
            biased;
            _ = &mut response => unreachable!("it hangs"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(response);
    let session = escaped.lock().unwrap().take().unwrap();
    assert!(session.save().await.is_err());
    assert_eq!(site.writes(), 0);
    drop(session);
    assert_eq!(Arc::strong_count(&escaped), 1, "the request's extensions are gone");
}
