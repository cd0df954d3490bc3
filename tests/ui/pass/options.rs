//! The options of `#[require_session]`, alone and together.

use axum::Router;
use axum::routing::post;
use session_axum::{Session, Sessions, require_session, session};

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

#[require_session(authenticated, or_redirect = "/login")]
async fn redirected(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(existing, or_redirect = "/welcome?from=cart")]
async fn r#match(shop: &Shop) {
    let _ = shop.visits;
}

#[require_session(fresh = "10m")]
async fn fresh(session: &Session<Shop>) {
    let _ = session.authenticated();
}

mod rules {
    pub fn has_visited(shop: &super::Shop) -> bool {
        shop.visits > 0
    }
}

#[require_session(allow = rules::has_visited)]
async fn allowed(shop: &Shop) {
    let _ = shop.visits;
}

#[require_session(background)]
async fn background(shop: &Shop) {
    let _ = shop.visits;
}

impl Admin {
    fn is_busy(&self) -> bool {
        self.pages > 0
    }
}

// All of them; what is asked of the first session is not asked of the second.
#[require_session(
    existing,
    authenticated,
    fresh = "1d",
    or_redirect = "/login",
    allow = rules::has_visited,
    background,
    commit = always,
    cross_site
)]
pub async fn every(session: &mut Session<Shop>, admin: &mut Admin) {
    admin.pages += session.visits;
}

#[require_session(allow = Admin::is_busy)]
async fn of_the_other(admin: &Admin, shop: &Shop) {
    let _ = (admin.pages, shop.visits);
}

// One of two, each with a type of its own.
#[require_session(existing, or_redirect = "/login")]
#[cfg(any())]
async fn either(shop: &Shop) {
    let _ = shop.visits;
}

#[require_session(existing, or_redirect = "/welcome")]
#[cfg(not(any()))]
async fn either(shop: &Shop) {
    let _ = shop.visits;
}

fn routes() -> Router<Sessions<Shop>> {
    #[require_session(authenticated, or_redirect = "/login", allow = rules::has_visited)]
    async fn inner(shop: &Shop) {
        let _ = shop.visits;
    }
    Router::new()
        .route("/none", post(none))
        .route("/existing", post(existing))
        .route("/authenticated", post(authenticated))
        .route("/commit", post(commit))
        .route("/two", post(two))
        .route("/all", post(all))
        .route("/redirected", post(redirected))
        .route("/match", post(r#match))
        .route("/fresh", post(fresh))
        .route("/allowed", post(allowed))
        .route("/background", post(background))
        .route("/either", post(either))
        .route("/inner", post(inner))
}

fn main() {
    let _ = routes;
    let _ = of_the_first;
    let _ = every;
    let _ = of_the_other;
}
