//! Give the middleware its sessions: `from_fn_with_state(sessions.clone(), count)`.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use session_axum::{Session, Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn count(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 1;
    session.run(next, request).await
}

fn routes(sessions: Sessions<Shop>) -> Router {
    Router::new().layer(from_fn(count)).with_state(sessions)
}

fn main() {}
