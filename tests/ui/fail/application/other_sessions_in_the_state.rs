use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use session_axum::{Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[session]
struct Admin {
    pages: u64,
}

#[require_session]
#[axum::debug_handler(state = App)]
async fn visit(shop: &mut Shop, admin: &Admin) {
    shop.visits += admin.pages;
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

fn routes(app: App) -> Router {
    Router::new().route("/", get(visit)).with_state(app)
}

fn main() {}
