use axum::Router;
use axum::routing::get;
use session_axum::{Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session(authenticated)]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

fn routes(sessions: Sessions<Shop>) -> Router {
    Router::new().route("/", get(visit)).with_state(sessions)
}

fn main() {}
