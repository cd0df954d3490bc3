//! The router has no state: end it with `.with_state(App { sessions })`. Neither `Extension(sessions)` nor
//! `.layer(sessions.layer())` replaces that.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use session_axum::{Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

fn routes() -> Router {
    Router::new().route("/", get(visit))
}

fn main() {}
