//! Put `#[axum::debug_handler(state = App)]` below `#[require_session]`.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use session_axum::{Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[axum::debug_handler(state = App)]
#[require_session]
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
