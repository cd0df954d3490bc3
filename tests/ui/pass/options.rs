//! The options of `#[require_session]`, alone and together.

use axum::Router;
use axum::routing::post;
use session_core::{Session, Sessions, require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

#[session]
struct Admin {
    pages: u64,
}

#[require_session()]
async fn none(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(existing)]
async fn existing(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated)]
async fn authenticated(session: &mut Session<Shop>) {
    session.visits += 1;
}

#[require_session(commit = always)]
async fn commit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(commit = always, existing)]
async fn two(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated, commit = always, existing,)]
async fn all(shop: &mut Shop) {
    shop.visits += 1;
}

// Who is logged in is asked of the first session, so the other one needs no principal.
#[require_session(authenticated, commit = always)]
async fn of_the_first(shop: &mut Shop, admin: &mut Admin) {
    admin.pages += shop.visits;
}

fn routes() -> Router<Sessions<Shop>> {
    Router::new()
        .route("/none", post(none))
        .route("/existing", post(existing))
        .route("/authenticated", post(authenticated))
        .route("/commit", post(commit))
        .route("/two", post(two))
        .route("/all", post(all))
}

fn main() {
    let _ = routes;
    let _ = of_the_first;
}
