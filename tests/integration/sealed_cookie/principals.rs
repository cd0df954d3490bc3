//! Principals, as far as a cookie alone can tell. There is no list of a principal's cookies, so
//! requirements 42 to 45 cannot hold; and none has a secret to renew by age (33, 34).

use std::time::Duration;

use axum::http::StatusCode;
use session_tests::Client;

use super::app::{Clock, replayable};

#[tokio::test]
async fn another_principal_inherits_only_what_is_carried() {
    let mut client = Client::new(&replayable(&Clock::new()));
    client.post("/visit").await.ok();
    client.post("/note/3").await.ok();
    client.post("/login/ann").await.ok();
    assert_eq!(client.get("/").await.body, "ann 1 3", "the cart before the log-in stays");
    client.post("/login/bob").await.ok();
    assert_eq!(client.get("/").await.body, "bob 0 3");
    client.post("/visit").await.ok();
    client.post("/sign-off").await.ok();
    assert_eq!(client.get("/").await.body, "- 0 3");
}

#[tokio::test]
async fn a_log_in_is_fresh_for_its_time_whatever_is_written_since() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    assert_eq!(client.get("/password").await.status, StatusCode::UNAUTHORIZED);
    client.post("/login/ann").await.ok();
    clock.advance(Duration::from_mins(5));
    client.post("/visit").await.ok();
    assert_eq!(client.get("/password").await.ok(), "ann");
    clock.advance(Duration::from_mins(5));
    assert_eq!(client.get("/password").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(client.get("/account").await.ok(), "ann");
    client.post("/log-in-again").await.ok();
    assert_eq!(client.get("/password").await.ok(), "ann");
}
