//! Requests that were on their way when a log-in replaced their cookie.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_axum::{
    KeyRing, MemoryStore, Session, Sessions, Store, Timestamp, require_session, session,
};
use session_tests::{Client, TestStore, on_each_store};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn show(shop: &Shop) -> String {
    format!("{} {}", shop.user.as_deref().unwrap_or("-"), shop.visits)
}

#[require_session]
async fn log_in(session: &mut Session<Shop>) {
    session.log_in("ann".to_owned());
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

fn router(sessions: Sessions<Shop>) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/visit", post(visit))
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .with_state(AppState { sessions })
}

/// How long a store may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// Seconds that a test lets pass.
fn clock(seconds: &Arc<AtomicU64>) -> impl Fn() -> Timestamp + Send + Sync + 'static {
    let seconds = Arc::clone(seconds);
    move || {
        let span = Duration::from_secs(1_720_000_000 + seconds.load(Ordering::Relaxed));
        Timestamp::from_micros(0).plus(span)
    }
}

on_each_store!(
    a_late_request_is_anonymous_and_leaves_the_new_cookie_alone,
    after_a_while_an_old_cookie_is_no_session_like_any_other,
);

async fn a_late_request_is_anonymous_and_leaves_the_new_cookie_alone<S: TestStore>(store: S) {
    let sessions = Sessions::builder(store).without_cleaner().deadline(DEADLINE).build();
    stays_logged_in(&router(sessions.expect("the deadline is not zero"))).await;
}

#[tokio::test]
async fn a_late_request_leaves_a_new_sealed_cookie_alone() {
    let key = KeyRing::generate().expect("the system's random source works");
    let ring = KeyRing::parse(&key).expect("it is a key");
    let sessions = Sessions::sealed_cookie(ring).revocations(MemoryStore::new());
    stays_logged_in(&router(sessions.build().expect("it is sound"))).await;
}

async fn stays_logged_in(router: &Router) {
    let mut browser = Client::new(router);
    browser.post("/visit").await.ok();
    let late = browser.clone();
    browser.post("/login").await.ok();
    assert_eq!(late.clone().get("/").await.ok(), "- 0", "a late read is anonymous");
    for path in ["/visit", "/logout"] {
        let reply = late.clone().post(path).await;
        assert_eq!(
            (reply.status, reply.set_cookies().len()),
            (StatusCode::UNAUTHORIZED, 0),
            "{path}"
        );
    }
    assert_eq!(browser.get("/").await.ok(), "ann 1");
    // A double click: who knows the password gets a session, and what the first click made of the
    // former one stays out of it.
    let mut twice = late.clone();
    assert_eq!(twice.post("/login").await.set_cookies().len(), 1);
    assert_eq!(twice.get("/").await.ok(), "ann 0");
    assert_eq!(browser.get("/").await.ok(), "ann 1");
}

async fn after_a_while_an_old_cookie_is_no_session_like_any_other<S: TestStore + Store>(store: S) {
    let seconds = Arc::default();
    let sessions = Sessions::builder(store).without_cleaner().clock(clock(&seconds));
    let sessions = sessions.deadline(DEADLINE).build();
    let router = router(sessions.expect("the deadline is not zero"));
    let mut browser = Client::new(&router);
    browser.post("/visit").await.ok();
    let mut lost_the_answer = browser.clone();
    browser.post("/login").await.ok();
    seconds.store(11, Ordering::Relaxed);
    assert_eq!(lost_the_answer.post("/login").await.set_cookies().len(), 1);
    assert_eq!(
        lost_the_answer.get("/").await.ok(),
        "ann 0",
        "whose log-in was not answered can log in again"
    );
    assert_eq!(browser.get("/").await.ok(), "ann 1");
}
