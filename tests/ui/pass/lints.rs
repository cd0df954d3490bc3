//! A crate that denies every lint of rustc and clippy that people deny sees none in our output.

#![deny(
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    nonstandard_style,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    warnings,
    clippy::pedantic
)]

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use session_axum::{Session, Sessions, require_session, session};

/// Documented, as the lint wants it.
#[session]
#[derive(Debug)]
pub struct Shop {
    #[session(principal)]
    user: Option<u64>,
    #[session(merge = sum)]
    visits: u64,
    #[session(default = vec![1], carry, rename = "basket", alias = "cart")]
    cart: Vec<u64>,
}

impl Shop {
    fn is_regular(&self) -> bool {
        self.visits > 9
    }
}

/// Does not await.
#[require_session]
pub async fn add(shop: &mut Shop, Path(sku): Path<u64>) -> Result<Json<u64>, StatusCode> {
    if sku == 0 {
        return Err(StatusCode::NOT_FOUND);
    }
    shop.visits += 1;
    shop.cart.push(sku);
    Ok(Json(shop.visits))
}

/// Awaits.
#[require_session(authenticated, existing, commit = always)]
pub async fn leave(session: &mut Session<Shop>, State(state): State<Sessions<Shop>>) -> String {
    tokio::task::yield_now().await;
    drop(state);
    session.destroy();
    session.user.map_or_else(String::new, |user| user.to_string())
}

/// With a type of its own.
#[require_session(fresh = "10m", or_redirect = "/login", allow = Shop::is_regular, background)]
pub async fn prices(shop: &Shop) -> String {
    shop.cart.len().to_string()
}

#[require_session(authenticated, or_redirect = "/login")]
async fn private(shop: &Shop) -> String {
    shop.cart.len().to_string()
}

#[require_session]
async fn ignored(_shop: &Shop, _path: Path<u64>) {}

#[require_session]
#[expect(unused_variables, reason = "the argument is there for the load alone")]
async fn expected(shop: &Shop) {}

#[require_session]
#[expect(clippy::unused_async, reason = "said by the user")]
async fn expected_by_clippy(shop: &Shop) -> String {
    shop.visits.to_string()
}

/// Where they are all used.
pub fn routes() -> Router<Sessions<Shop>> {
    Router::new()
        .route("/add/{sku}", get(add))
        .route("/leave", get(leave))
        .route("/prices", get(prices))
        .route("/private", get(private))
        .route("/ignored/{path}", get(ignored))
        .route("/expected", get(expected))
        .route("/expected_by_clippy", get(expected_by_clippy))
}

fn main() {
    let _ = routes();
}
