//! Write `impl FromArc<App> for Sessions<Admin>`: one for each session type that handlers take.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use session_axum::{FromArc, Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[session]
struct Admin {
    pages: u64,
}

struct App {
    sessions: Sessions<Shop>,
}

impl FromArc<App> for Sessions<Shop> {
    fn from_arc(app: &App) -> Self {
        app.sessions.clone()
    }
}

#[require_session]
async fn pages(admin: &mut Admin) {
    admin.pages += 1;
}

fn routes(app: Arc<App>) -> Router {
    Router::new().route("/", get(pages)).with_state(app)
}

fn main() {}
