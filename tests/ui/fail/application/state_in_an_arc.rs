//! Say where its sessions are: `impl FromArc<App> for Sessions<Shop>`.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use session_axum::{Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

struct App {
    sessions: Sessions<Shop>,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

fn routes(app: Arc<App>) -> Router {
    Router::new().route("/", get(visit)).with_state(app)
}

fn main() {}
