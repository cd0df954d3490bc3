use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use session_axum::{Session, Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(mut session: Session<Shop>) {
    session.visits += 1;
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

fn routes(app: App) -> Router {
    Router::new().route("/", get(visit)).with_state(app)
}

fn main() {}
