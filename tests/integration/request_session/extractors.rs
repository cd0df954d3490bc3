//! Extractors of one's own that write.

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::{get, post};
use session_axum::{Rejection, RequestSession, Session, require_session};
use session_tests::{Call, TestStore, on_each_store};

use super::app::{Shop, TestApp};

on_each_store!(
    a_function_sees_what_its_extractor_has_changed,
    a_function_that_reads_sees_what_its_extractor_has_changed,
    an_extractor_of_a_function_that_changes_logs_nobody_in_or_out,
    an_extractor_of_a_function_that_reads_may_log_in,
);

/// Counts the requests of a session.
struct Counted(u64);

impl<S: Sync> FromRequestParts<S> for Counted {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let session = RequestSession::<Shop>::from_request_parts(parts, state).await?;
        let visits = session.change(|shop| {
            shop.visits += 10;
            shop.visits
        })?;
        Ok(Self(visits))
    }
}

/// Does to the session what the query says.
struct Meddles;

impl<S: Sync> FromRequestParts<S> for Meddles {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let what = parts.uri.query().unwrap_or_default().to_owned();
        let session = RequestSession::<Shop>::from_request_parts(parts, state).await?;
        session.change(|session| match &*what {
            "log-in" => session.log_in("ben".to_owned()),
            "again" => session.log_in("ann".to_owned()),
            "assign" => session.user = None,
            "destroy" => session.destroy(),
            _ => session.rotate(),
        })?;
        Ok(Self)
    }
}

#[require_session]
async fn counts(shop: &mut Shop, Counted(visits): Counted) -> String {
    shop.visits += 1;
    format!("{visits} {}", shop.visits)
}

#[require_session]
async fn counts_before(Counted(visits): Counted, session: &mut Session<Shop>) -> String {
    format!("{visits} {}", session.visits)
}

#[require_session]
async fn reads(shop: &Shop, Counted(visits): Counted, session: RequestSession<Shop>) -> String {
    let changed = session.change(|shop| shop.visits += 1).is_ok();
    format!("{visits} {} {changed}", shop.visits)
}

#[require_session]
async fn meddled(_session: &mut Session<Shop>, _: Meddles) {}

#[require_session]
async fn meddled_reader(session: &Session<Shop>, _: Meddles) -> String {
    session.user.clone().unwrap_or_default()
}

fn routes<S: TestStore>(app: &TestApp<S>) -> Router {
    Router::new()
        .route("/counts", post(counts))
        .route("/reads", get(reads))
        .route("/counts-before", post(counts_before))
        .route("/meddled", post(meddled))
        .route("/reader", get(meddled_reader))
        .with_state(app.state.clone())
}

async fn a_function_sees_what_its_extractor_has_changed<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = routes(&app);
    let mut client = app.ann().await.at(&routes);
    assert_eq!(client.post("/counts").await.ok(), "11 12");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(client.post("/counts-before").await.ok(), "22 22");
    assert_eq!(app.stored_visits().await, [22], "also if the function itself changes nothing");
    let mut client = client.at(&routes.layer(app.state.sessions.layer()));
    assert_eq!(client.post("/counts").await.ok(), "32 33");
    assert_eq!(app.stored_visits().await, [33]);
}

async fn a_function_that_reads_sees_what_its_extractor_has_changed<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await.at(&routes(&app));
    assert_eq!(client.get("/reads").await.ok(), "11 11 true");
    assert_eq!(app.stored_visits().await, [12], "what its body changes is not in its view");
}

async fn an_extractor_of_a_function_that_changes_logs_nobody_in_or_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await.at(&routes(&app));
    for what in ["log-in", "again", "assign", "destroy"] {
        assert_eq!(client.post(&format!("/meddled?{what}")).await.status, 500, "{what}");
        assert_eq!(app.store.take_calls(), [Call::Load], "{what}");
    }
    let reply = client.post("/meddled?rotate").await;
    assert_eq!(reply.status, 200);
    assert!(reply.set_cookie().is_some());
    assert_eq!(client.at(&app.layered()).get("/visits").await.ok(), "ann 1");
}

async fn an_extractor_of_a_function_that_reads_may_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await.at(&routes(&app));
    assert_eq!(client.get("/reader?log-in").await.ok(), "ben", "its extractor has done that");
    assert_eq!(client.at(&app.layered()).get("/visits").await.ok(), "ben 0");
}
