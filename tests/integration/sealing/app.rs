//! The application of these tests: a shop whose nodes seal, or do not.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use session_axum::{Builder, KeyRing, Sealing, Session, Sessions, Store, require_session, session};

#[session]
pub(crate) struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    pub(crate) visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn visits(shop: &Shop) -> String {
    shop.visits.to_string()
}

#[require_session]
async fn log_in(shop: &mut Shop, Path(user): Path<String>) {
    shop.user = Some(user);
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

/// A node of the application.
pub(crate) struct Node {
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) router: Router,
}

pub(crate) fn node(store: impl Store, sealing: Option<Sealing>) -> Node {
    let mut builder = Sessions::builder(store);
    if let Some(sealing) = sealing {
        builder = builder.sealing(sealing);
    }
    node_of(builder)
}

pub(crate) fn node_of(builder: Builder<Shop>) -> Node {
    let builder = builder.without_cleaner().deadline(Duration::from_secs(20));
    let sessions = builder.build().expect("the deadline is not zero");
    let router = Router::new()
        .route("/visit", post(visit))
        .route("/visits", get(visits))
        .route("/login/{user}", post(log_in))
        .route("/logout", post(log_out))
        .with_state(AppState { sessions: sessions.clone() });
    Node { sessions, router }
}

pub(crate) fn ring(keys: &str) -> KeyRing {
    KeyRing::parse(keys).expect("these are keys")
}

pub(crate) fn key() -> String {
    KeyRing::generate().expect("the system's random source works")
}
