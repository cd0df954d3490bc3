//! The application of these tests: a shop without `#[require_session]`, but for what is around or inside.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts as _, Path, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use session_axum::{Error, RequestSession, Session, Sessions, require_session, session};
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
        let store = ProbedStore::new(store);
        let sessions = Sessions::builder(store.clone())
            .deadline(Duration::from_secs(20))
            .without_cleaner()
            .on_refusal(|refusal, request| {
                let path = request.uri.path();
                (refusal.status(), format!("{path}: {refusal}")).into_response()
            });
        let sessions = sessions.build().expect("the deadline is not zero");
        Self { store, state: AppState { sessions, gate: Gate::closed() } }
    }

    /// What can be done, without a layer.
    pub(crate) fn routes(&self) -> Router {
        let gate = self.state.gate.clone();
        Router::new()
            .route("/nobody-asks", get(async || "hello"))
            .route("/visit", post(visit))
            .route("/visits", get(visits))
            .route(
                "/log-in/{user}",
                post(async |session: RequestSession<Shop>, Path(user): Path<String>| {
                    session.change(|session| session.log_in(user))
                }),
            )
            .route(
                "/log-out",
                post(async |session: RequestSession<Shop>| session.change(Session::destroy)),
            )
            .route(
                "/visit/{status}",
                post(async |session: RequestSession<Shop>, Path(status): Path<u16>| {
                    session.change(|shop| shop.visits += 1)?;
                    let status = StatusCode::from_u16(status).expect("it is one");
                    Ok::<_, Error>(status)
                }),
            )
            .route(
                "/waits",
                post(async move |session: RequestSession<Shop>| {
                    let done = session.change(|shop| shop.visits += 1);
                    gate.pass().await;
                    done
                }),
            )
            .route_service("/service", tower::service_fn(serve))
            .route("/guard", post(guarded))
            .with_state(self.state.clone())
    }

    /// The routes in the layer.
    pub(crate) fn layered(&self) -> Router {
        self.routes().layer(self.state.sessions.layer())
    }

    pub(crate) fn newcomer(&self) -> Client {
        Client::new(&self.layered())
    }

    /// A client with a session of ann's that has one visit.
    pub(crate) async fn ann(&self) -> Client {
        let mut client = self.newcomer();
        client.post("/log-in/ann").await.ok();
        client.post("/visit").await.ok();
        self.store.take_calls();
        client
    }

    /// How many visits each stored session has.
    pub(crate) async fn stored_visits(&self) -> Vec<u64> {
        let records = self.store.records(Now::Store).await;
        let mut visits = Vec::new();
        for record in records {
            let visits_of = self.state.sessions.update(&record.handle, |shop| shop.visits).await;
            visits.push(visits_of.expect("it is stored"));
        }
        visits
    }
}

async fn visit(session: RequestSession<Shop>) -> Result<String, Error> {
    session.change(|shop| {
        shop.visits += 1;
        shop.visits.to_string()
    })
}

async fn visits(session: RequestSession<Shop>) -> Result<String, Error> {
    session.read(|shop| format!("{} {}", shop.user.as_deref().unwrap_or("-"), shop.visits))
}

/// A service: it has the request, and nothing else.
async fn serve(request: Request) -> Result<Response<Body>, Infallible> {
    let (mut parts, _) = request.into_parts();
    let response = match RequestSession::<Shop>::from_request_parts(&mut parts, &()).await {
        Ok(session) => visit(session).await.into_response(),
        Err(rejection) => rejection.into_response(),
    };
    Ok(response)
}

/// A handler under the attribute, beside those that are not.
#[require_session]
async fn guarded(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}
