//! The readiness probe: whether this node can serve, for what sends it requests.

use axum::extract::State;
use session_axum::{Error, Sessions};

use crate::guest::Guest;

/// 200 with what an operator should know, or 503. It is meant for inside: a proxy does not pass it on.
pub(super) async fn ready(State(sessions): State<Sessions<Guest>>) -> Result<String, Error> {
    Ok(format!("the session store is {}\n", sessions.health().await?))
}
