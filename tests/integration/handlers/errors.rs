//! `?` in a handler: the errors of this library are answers, alone and inside of an application's own.

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use session_axum::{
    Error, Handle, MemoryStore, Rejection, Session, Sessions, require_session, session,
};
use session_test_support::Warnings;
use session_tests::{Call, Client, Fault, ProbedStore, TestStore, on_each_store};

on_each_store!(every_error_of_this_library_is_an_answer);

#[session]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
    notice: Option<String>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

/// Every call that may fail, with `?`.
async fn all(sessions: &Sessions<Shop>, here: &Session<Shop>, handle: &str) -> Result<u64, Error> {
    let handle: Handle = handle.parse()?;
    sessions.update(&handle, |shop| shop.notice = Some("done".to_owned())).await?;
    sessions.list(&7).await?;
    sessions.revoke(&handle).await?;
    let ended = sessions.revoke_all(&7).await?.ended() + sessions.clean().await?;
    Ok(ended + sessions.revoke_others(here).await?)
}

#[require_session]
async fn plain(
    here: &Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
    Path(handle): Path<String>,
) -> Result<String, Error> {
    Ok(all(&sessions, here, &handle).await?.to_string())
}

#[require_session]
async fn rejected(
    here: &Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
    Path(handle): Path<String>,
) -> Result<String, Rejection> {
    Ok(all(&sessions, here, &handle).await?.to_string())
}

#[derive(Debug, thiserror::Error)]
enum AppError {
    #[error(transparent)]
    Session(#[from] Error),
    #[error("closed")]
    Closed,
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        match self {
            Self::Session(error) => error.into_response(),
            Self::Closed => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

#[require_session]
async fn own(
    here: &Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
    Path(handle): Path<String>,
) -> Result<String, AppError> {
    if handle == "closed" {
        return Err(AppError::Closed);
    }
    Ok(all(&sessions, here, &handle).await?.to_string())
}

async fn every_error_of_this_library_is_an_answer<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let sessions = Sessions::builder(store.clone()).without_cleaner().build().unwrap();
    let router: Router = Router::new()
        .route("/plain/{handle}", post(plain))
        .route("/rejected/{handle}", post(rejected))
        .route("/own/{handle}", post(own))
        .with_state(App { sessions });
    let unknown = "0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
    let mut client = Client::new(&router);
    for route in ["plain", "rejected", "own"] {
        let malformed = client.post(&format!("/{route}/12")).await;
        assert_eq!(malformed.status, 400, "{route}");
        let ended = client.post(&format!("/{route}/{unknown}")).await;
        assert_eq!(ended.status, 401, "{route}");
        store.inject(Call::Load, Fault::Fails);
        let failed = client.post(&format!("/{route}/{unknown}")).await;
        assert_eq!(
            (failed.status.as_u16(), &*failed.body),
            (503, "the session is unavailable\n"),
            "{route}"
        );
        store.heal();
    }
    assert_eq!(client.post("/own/closed").await.status, 404);
}

#[require_session]
async fn others(here: &Session<Shop>, State(sessions): State<Sessions<Shop>>) -> Result<(), Error> {
    sessions.revoke_others(here).await?; // not stored yet: a mistake of the application
    Ok(())
}

#[require_session]
async fn look_up(_: &Shop, State(sessions): State<Sessions<Shop>>) -> Result<(), Error> {
    sessions.list(&7).await?;
    Ok(())
}

#[tokio::test]
async fn what_a_client_is_not_told_is_in_the_log_once() {
    let store = ProbedStore::new(MemoryStore::new());
    let sessions = Sessions::builder(store.clone()).without_cleaner().build().unwrap();
    let router: Router = Router::new()
        .route("/others", post(others))
        .route("/list", post(look_up))
        .with_state(App { sessions });
    let (mut client, log) = (Client::new(&router), Warnings::capture());

    assert_eq!(client.post("/others").await.status, 500);
    let said = log.take();
    assert!(said.len() == 1 && said[0].contains("there are no others"), "{said:?}");

    store.inject(Call::List, Fault::Fails);
    assert_eq!(client.post("/list").await.status, 503);
    let said = log.take();
    assert!(said.len() == 1 && said[0].contains("session store failed"), "{said:?}");
}
