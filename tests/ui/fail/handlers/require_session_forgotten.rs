//! Put `#[require_session]` on the handler.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use session_axum::{Sessions, session};

#[session]
struct Shop {
    visits: u64,
}

async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

fn routes(app: App) -> Router {
    Router::new().route("/", get(visit)).with_state(app)
}

fn main() {}
