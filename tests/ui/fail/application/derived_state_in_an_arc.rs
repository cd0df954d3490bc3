//! The state is an `Arc` of what `FromRef` was derived for: give `.with_state(app)` the `App` itself, which is cheap to clone, or write
//! `impl FromArc<App> for Sessions<Shop>`.

use std::sync::Arc;

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

fn main() {
    let routes: Router<Arc<App>> = Router::new().route("/", get(visit));
}
