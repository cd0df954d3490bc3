//! The application of these tests: a shop whose handlers say what they see of the session.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};
use session_axum::{Principal, Rejection, Session, SessionRef, Sessions, require_session, session};
use session_core::Now;
use session_test_support::Gate;
use session_tests::{Client, ProbedStore, TestStore};

#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<String>,
    #[session(merge = sum)]
    pub(crate) visits: u64,
    #[session(carry, merge = append)]
    pub(crate) trail: Vec<String>,
}

#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) sessions: Sessions<Shop>,
    /// Where handlers wait.
    pub(crate) gate: Gate,
}

pub(crate) struct TestApp<S> {
    pub(crate) store: ProbedStore<S>,
    pub(crate) state: AppState,
}

impl<S: TestStore> TestApp<S> {
    pub(crate) fn new(store: S) -> Self {
        Self::with_deadline(store, Duration::from_secs(20))
    }

    pub(crate) fn with_deadline(store: S, deadline: Duration) -> Self {
        let store = ProbedStore::new(store);
        let sessions = Sessions::builder(store.clone()).deadline(deadline).without_cleaner();
        let sessions = sessions.build().expect("the deadline is not zero");
        Self { store, state: AppState { sessions, gate: Gate::closed() } }
    }

    /// The handlers, without anything around them.
    pub(crate) fn routes(&self) -> Router {
        Router::new()
            .route("/see", get(see))
            .route("/members", get(members))
            .route("/fresh", get(fresh))
            .route("/visit", post(visit))
            .route("/visit/{status}", post(visit_and_answer))
            .route("/always/{status}", post(always))
            .route("/panic", post(panics))
            .route("/log-in/{user}", post(log_in))
            .route("/log-out", post(log_out))
            .route("/token", get(form_token))
            .route("/looks", get(looks))
            .route("/several", post(several_extractors))
            .with_state(self.state.clone())
    }

    /// A client with a session of ann's that has one visit.
    pub(crate) async fn ann(&self) -> Client {
        let mut client = Client::new(&self.routes());
        client.post("/log-in/ann").await.ok();
        self.store.take_calls();
        client
    }

    /// The one session in the store, if there is one.
    pub(crate) async fn stored(&self) -> Option<Shop> {
        let records = self.store.records(Now::Store).await;
        let mut states = Vec::new();
        for record in records {
            let calls = self.store.take_calls();
            states.extend(self.state.sessions.update(&record.handle, |shop| shop.clone()).await);
            drop((calls, self.store.take_calls()));
        }
        assert!(states.len() <= 1, "{states:?}");
        states.pop()
    }

    /// Waits until the session has so many visits.
    pub(crate) async fn until_visits(&self, visits: u64) {
        for _ in 0..3000 {
            if self.stored().await.is_some_and(|shop| shop.visits == visits) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("there were never {visits} visits, but {:?}", self.stored().await);
    }
}

/// What a function sees of the session.
pub(crate) fn description(session: &Session<Shop>) -> String {
    let stored = if session.handle().is_some() { "stored" } else { "new" };
    let user = session.user.as_deref().unwrap_or("nobody");
    format!("{user} {} {stored}", session.visits)
}

#[require_session]
pub(crate) async fn see(session: &Session<Shop>) -> String {
    description(session)
}

#[require_session(authenticated)]
async fn members(session: &Session<Shop>) -> String {
    description(session)
}

#[require_session(fresh = "10m")]
async fn fresh(session: &Session<Shop>) -> String {
    description(session)
}

#[require_session]
pub(crate) async fn visit(session: &mut Session<Shop>) -> String {
    session.visits += 1;
    description(session)
}

#[require_session]
async fn visit_and_answer(shop: &mut Shop, Path(status): Path<u16>) -> StatusCode {
    shop.visits += 1;
    StatusCode::from_u16(status).expect("the test asks for a status")
}

#[require_session(commit = always)]
async fn always(shop: &mut Shop, Path(status): Path<u16>) -> StatusCode {
    shop.visits += 10;
    StatusCode::from_u16(status).expect("the test asks for a status")
}

#[require_session]
async fn panics(shop: &mut Shop) {
    shop.visits += 100;
    panic!("as the test wants it");
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) -> String {
    session.user = Some(user);
    session.visits += 1;
    description(session)
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) -> String {
    session.destroy();
    description(session)
}

#[require_session]
async fn form_token(session: &Session<Shop>) -> &'static str {
    if session.form_token().is_some() { "a token" } else { "none" }
}

/// An extractor of the application's own that looks at the session.
pub(crate) struct Looks(String);

impl<S: Sync> FromRequestParts<S> for Looks
where
    Sessions<Shop>: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let session = SessionRef::<Shop>::from_request_parts(parts, state).await?;
        Ok(Self(description(&session)))
    }
}

async fn looks(Looks(seen): Looks) -> String {
    seen
}

/// A function's own extractors look at the session before its body begins.
#[require_session(authenticated)]
async fn several_extractors(
    Looks(seen): Looks,
    shop: &mut Shop,
    Principal(user): Principal<Shop>,
) -> String {
    shop.visits += 1;
    format!("{seen}, {user}, {}", shop.visits)
}
