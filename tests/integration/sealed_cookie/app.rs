//! The application of these tests: a shop whose sessions are in their cookies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::routing::{get, post};
use session_axum::{Builder, KeyRing, Session, Sessions, Timestamp, require_session, session};
use session_test_support::Gate;
use session_tests::{Client, Reply};

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

/// Logs in, for as long as the browser is open.
#[require_session]
async fn enter(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user);
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

#[require_session]
async fn rotate(session: &mut Session<Shop>) {
    session.rotate();
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

/// Has read its session, and takes its time.
#[require_session]
async fn read_slowly(shop: &Shop, State(gate): State<Gate>) -> String {
    gate.pass().await;
    shop.visits.to_string()
}

/// Reads only, though it could write.
#[require_session]
async fn hold_slowly(shop: &mut Shop, State(gate): State<Gate>) -> String {
    gate.pass().await;
    shop.visits.to_string()
}

#[require_session]
async fn write_slowly(shop: &mut Shop, State(gate): State<Gate>) -> String {
    gate.pass().await;
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn rotate_slowly(session: &mut Session<Shop>, State(gate): State<Gate>) {
    gate.pass().await;
    session.rotate();
}

#[require_session]
async fn log_out_slowly(session: &mut Session<Shop>, State(gate): State<Gate>) {
    gate.pass().await;
    session.destroy();
}

#[require_session]
async fn log_in_slowly(
    session: &mut Session<Shop>,
    State(gate): State<Gate>,
    Path(user): Path<String>,
) {
    gate.pass().await;
    session.log_in(user);
}

#[require_session(background)]
async fn write_slowly_in_the_background(shop: &mut Shop, State(gate): State<Gate>) -> String {
    gate.pass().await;
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn handle(session: &Session<Shop>) -> String {
    session.handle().map(|handle| handle.to_string()).unwrap_or_default()
}

#[require_session]
async fn remember(session: &mut Session<Shop>) {
    session.remember(true);
}

#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) sessions: Sessions<Shop>,
    gate: Gate,
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

    pub(crate) fn set_back(&self, span: Duration) {
        self.0.fetch_sub(span.as_secs(), Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(self.0.load(Ordering::Relaxed)))
    }
}

pub(crate) fn ring(keys: &str) -> KeyRing {
    KeyRing::parse(keys).expect("these are keys")
}

pub(crate) fn key() -> String {
    KeyRing::generate().expect("the system's random source works")
}

pub(crate) fn sessions(builder: Builder<Shop>, clock: &Clock) -> Sessions<Shop> {
    let clock = clock.clone();
    let builder = builder.clock(move || clock.now()).without_cleaner();
    builder.build().expect("the defaults are sound")
}

pub(crate) fn router(builder: Builder<Shop>, clock: &Clock) -> Router {
    gated(builder, clock, &Gate::closed())
}

/// The same, with a gate at which what is slow waits.
pub(crate) fn gated(builder: Builder<Shop>, clock: &Clock, gate: &Gate) -> Router {
    let sessions = sessions(builder, clock);
    Router::new()
        .route("/visit", post(visit))
        .route("/", get(show))
        .route("/login/{user}", post(log_in))
        .route("/enter/{user}", post(enter))
        .route("/logout", post(log_out))
        .route("/sign-off", post(sign_off))
        .route("/log-in-again", post(log_in_again))
        .route("/rotate", post(rotate))
        .route("/account", get(account))
        .route("/password", get(password))
        .route("/poll", get(poll))
        .route("/note/{length}", post(note))
        .route("/slow/read", get(read_slowly))
        .route("/slow/hold", get(hold_slowly))
        .route("/slow/write", post(write_slowly))
        .route("/slow/rotate", post(rotate_slowly))
        .route("/slow/logout", post(log_out_slowly))
        .route("/slow/login/{user}", post(log_in_slowly))
        .route("/slow/background", post(write_slowly_in_the_background))
        .route("/handle", get(handle))
        .route("/remember", post(remember))
        .with_state(AppState { sessions, gate: gate.clone() })
}

pub(crate) fn replayable(clock: &Clock) -> Router {
    router(Sessions::sealed_cookie(ring(&key())).accept_replay_until_expiry(), clock)
}

/// What a slow request is answered while the browser that sends it gets another answer.
pub(crate) async fn overtaken(client: &mut Client, gate: &Gate, slow: &str, other: &str) -> Reply {
    let mut tab = client.clone();
    let method = if slow == "/slow/read" || slow == "/slow/hold" { "GET" } else { "POST" };
    let path = slow.to_owned();
    let method = method.parse().expect("it is one");
    let slow = tokio::spawn(async move { tab.ask(method, &path).await });
    gate.reached().await;
    client.post(other).await.ok();
    gate.open();
    let reply = slow.await.expect("it does not panic");
    client.receive(&reply);
    reply
}
