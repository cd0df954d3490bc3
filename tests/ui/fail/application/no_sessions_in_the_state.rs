//! Add a field `sessions: Sessions<Shop>` to `App`, and put `#[derive(Clone, FromRef)]` on it.

use axum::Router;
use axum::routing::get;
use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[derive(Clone)]
struct App {
    name: String,
}

fn routes(app: App) -> Router {
    Router::new().route("/", get(visit)).with_state(app)
}

fn main() {}
