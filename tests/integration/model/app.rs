//! The application under test: one route for each way to take the session.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use session_axum::{Session, Sessions, require_session};
use tokio::sync::Notify;

use super::schedule::{self, Guard, Outcome};
use super::session::{Edit, Shop};

pub(crate) fn router(sessions: Sessions<Shop>) -> Router {
    let around = from_fn_with_state(sessions.clone(), around);
    Router::new()
        .route("/nested", get(writes).layer(around.clone()))
        .route("/nested-whatever-it-answers", get(writes_whatever_it_answers).layer(around))
        .route("/reads", get(reads))
        .route("/writes", get(writes))
        .route("/writes-whatever-it-answers", get(writes_whatever_it_answers))
        .with_state(sessions)
}

pub(crate) fn path(guard: &Guard) -> &'static str {
    match guard {
        Guard::Nested { always: false, .. } => "/nested",
        Guard::Nested { always: true, .. } => "/nested-whatever-it-answers",
        Guard::Reads => "/reads",
        Guard::Writes => "/writes",
        Guard::WritesWhateverItAnswers => "/writes-whatever-it-answers",
    }
}

/// What a request carries with it: its script in the schedule.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) request: Arc<schedule::Request>,
    /// The handler has done what it does.
    pub(crate) done: Arc<Notify>,
    /// It may return.
    pub(crate) go: Arc<Notify>,
}

impl Script {
    pub(crate) fn new(request: &schedule::Request) -> Self {
        Self { request: Arc::new(request.clone()), done: Arc::default(), go: Arc::default() }
    }

    async fn end(&self, loaded: String) -> Result<Response, Response> {
        self.done.notify_one();
        self.go.notified().await;
        let answer = |status| (StatusCode::from_u16(status).unwrap(), loaded).into_response();
        match self.request.outcome {
            Outcome::Answers(status) => Ok(answer(status)),
            Outcome::Fails(status) => Err(answer(status)),
            // A panic that prints nothing: there are thousands.
            Outcome::Panics => std::panic::resume_unwind(Box::new("as the schedule says")),
        }
    }

    async fn write(&self, session: &mut Session<Shop>) -> Result<Response, Response> {
        let loaded = format!("{:?}", **session);
        perform(&self.request.edits, session);
        self.end(loaded).await
    }
}

fn perform(edits: &[Edit], session: &mut Session<Shop>) {
    for edit in edits {
        edit.perform(session);
    }
}

#[require_session]
async fn reads(shop: &Shop, Extension(script): Extension<Script>) -> Result<Response, Response> {
    script.end(format!("{shop:?}")).await
}

#[require_session]
async fn writes(
    session: &mut Session<Shop>,
    Extension(script): Extension<Script>,
) -> Result<Response, Response> {
    script.write(session).await
}

#[require_session(commit = always)]
async fn writes_whatever_it_answers(
    session: &mut Session<Shop>,
    Extension(script): Extension<Script>,
) -> Result<Response, Response> {
    script.write(session).await
}

/// Half of what the middleware does comes before the handler, half after.
#[require_session]
async fn around(
    session: &mut Session<Shop>,
    Extension(script): Extension<Script>,
    request: Request,
    next: Next,
) -> Response {
    let Guard::Nested { around, shields, .. } = &script.request.guard else {
        unreachable!("only around the nested ones")
    };
    let (before, after) = around.split_at(around.len() / 2);
    perform(before, session);
    let mut response = session.run(next, request).await;
    perform(after, session);
    if *shields && response.status().is_server_error() {
        *response.status_mut() = StatusCode::OK;
    }
    response
}
