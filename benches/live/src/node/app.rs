//! The application: sessions that begin, are used and end, their event streams, and what the driver wants to know.

use std::convert::Infallible;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt as _, stream};
use session_axum::{Error, Handle, Session, Sessions, require_session};

use super::observed::Counts;
use super::state::{AppState, Guest, micros};
use super::watching;

pub(super) fn routes(state: AppState) -> Router {
    Router::new()
        .route("/log-in/{user}", post(log_in))
        .route("/log-in-briefly/{user}", post(log_in_briefly))
        .route("/log-out", post(log_out))
        .route("/visit", post(visit))
        .route("/use", post(only_use))
        .route("/revoke/{handle}", post(revoke))
        .route("/revoke-others", post(revoke_others))
        .route("/revoke-all/{user}", post(revoke_all))
        .route("/about", get(about))
        .route("/events", get(events))
        .route("/counts", get(counts))
        .merge(watching::routes())
        .with_state(state)
}

#[require_session]
async fn log_in(session: &mut Session<Guest>, Path(user): Path<String>) {
    session.log_in(user);
}

/// Into a session with the short limits.
#[require_session]
async fn log_in_briefly(session: &mut Session<Guest>, Path(user): Path<String>) {
    session.log_in(user);
    session.remember(true);
}

#[require_session]
async fn log_out(session: &mut Session<Guest>) {
    session.destroy();
}

#[require_session]
async fn visit(guest: &mut Guest) {
    guest.visits += 1;
}

#[require_session(existing)]
async fn only_use(_: &Guest) {}

async fn revoke(
    State(sessions): State<Sessions<Guest>>,
    Path(handle): Path<String>,
) -> Result<String, Error> {
    let handle: Handle = handle.parse().expect("the driver sends handles");
    Ok(sessions.revoke(&handle).await?.to_string())
}

#[require_session(authenticated)]
async fn revoke_others(
    session: &Session<Guest>,
    State(sessions): State<Sessions<Guest>>,
) -> Result<String, Error> {
    Ok(sessions.revoke_others(session).await?.to_string())
}

async fn revoke_all(
    State(sessions): State<Sessions<Guest>>,
    Path(user): Path<String>,
) -> Result<String, Error> {
    Ok(sessions.revoke_all(&user).await?.ended().to_string())
}

/// The session's handle, when it ends unless it is used, and when its log-in was.
#[require_session(authenticated, background)]
async fn about(
    session: &Session<Guest>,
    State(sessions): State<Sessions<Guest>>,
) -> Result<String, Error> {
    let handle = session.handle().expect("it is stored");
    let Some(stored) = sessions.get(&handle).await? else { return Ok(String::new()) };
    let listed = stored.listed();
    let authenticated = listed.authenticated.unwrap_or(listed.created);
    Ok(format!("{handle} {} {}", micros(listed.expires), micros(authenticated)))
}

#[require_session(authenticated, background)]
async fn events(
    session: &Session<Guest>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let hello = stream::iter([Ok(Event::default().data("hello"))]);
    let events = session.live().until_ended(hello.chain(stream::pending()));
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn counts(State(state): State<AppState>) -> String {
    let Counts { questions, asked, loads } = &*state.counts;
    let [questions, asked, loads] =
        [questions, asked, loads].map(|count| count.load(Ordering::Relaxed));
    format!("{questions} {asked} {loads}")
}
