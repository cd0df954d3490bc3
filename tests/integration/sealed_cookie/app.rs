//! The application of these tests: a shop whose sessions are in their cookies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use session_axum::{Builder, KeyRing, Session, Sessions, Timestamp, require_session, session};

#[session]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<String>,
    pub(crate) visits: u64,
    #[session(carry)]
    pub(crate) note: String,
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn show(shop: &Shop) -> String {
    format!("{} {} {}", shop.user.as_deref().unwrap_or("-"), shop.visits, shop.note.len())
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user);
    session.remember(true);
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[require_session]
async fn sign_off(shop: &mut Shop) {
    shop.user = None;
}

#[require_session]
async fn log_in_again(session: &mut Session<Shop>) {
    let user = session.user.clone().expect("somebody is logged in");
    session.log_in(user);
}

#[require_session(authenticated)]
async fn account(shop: &Shop) -> String {
    shop.user.clone().unwrap_or_default()
}

#[require_session(fresh = "10m")]
async fn password(shop: &Shop) -> String {
    shop.user.clone().unwrap_or_default()
}

#[require_session(background)]
async fn poll(shop: &Shop) -> String {
    shop.visits.to_string()
}

#[require_session]
async fn note(shop: &mut Shop, Path(length): Path<usize>) {
    shop.note = "x".repeat(length);
}

#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) sessions: Sessions<Shop>,
}

/// A clock that a test sets, in seconds.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_720_000_000)))
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.0.fetch_add(span.as_secs(), Ordering::Relaxed);
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(self.0.load(Ordering::Relaxed)))
    }
}

pub(crate) fn ring(keys: &str) -> KeyRing {
    KeyRing::parse(keys).expect("these are keys")
}

pub(crate) fn key() -> String {
    KeyRing::generate().expect("the system's random source works")
}

pub(crate) fn router(builder: Builder<Shop>, clock: &Clock) -> Router {
    let clock = clock.clone();
    let sessions = builder
        .clock(move || clock.now())
        .without_cleaner()
        .build()
        .expect("the defaults are sound");
    Router::new()
        .route("/visit", post(visit))
        .route("/", get(show))
        .route("/login/{user}", post(log_in))
        .route("/logout", post(log_out))
        .route("/sign-off", post(sign_off))
        .route("/log-in-again", post(log_in_again))
        .route("/account", get(account))
        .route("/password", get(password))
        .route("/poll", get(poll))
        .route("/note/{length}", post(note))
        .with_state(AppState { sessions })
}

pub(crate) fn replayable(clock: &Clock) -> Router {
    router(Sessions::sealed_cookie(ring(&key())).accept_replay_until_expiry(), clock)
}
