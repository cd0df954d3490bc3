//! Attributes above and below `#[require_session]`.

use axum::extract::{FromRef, Path};
use axum::routing::get;
use axum::{Router, debug_handler};
use session_axum::{Session, Sessions, require_session, session};
use tracing::instrument;

/// Documented between them.
#[session]
#[derive(Debug)]
pub struct Shop {
    visits: u64,
}

/// Documented above.
#[require_session]
/// And below.
pub async fn documented(shop: &mut Shop) {
    shop.visits += 1;
}

#[tracing::instrument(skip(shop), fields(visits = shop.visits))]
#[require_session]
async fn instrumented_above(shop: &mut Shop, Path(sku): Path<u64>) {
    shop.visits += sku;
}

#[require_session]
#[instrument(skip(shop))]
async fn instrumented_below(shop: &mut Shop, path: Path<u64>) {
    shop.visits += path.0;
}

#[require_session]
#[instrument(skip(cart))]
async fn cart(cart: &mut Shop) {
    cart.visits += 1;
}

#[require_session]
#[instrument]
async fn instrumented_with_everything(shop: &mut Shop, Path(sku): Path<u64>) {
    shop.visits += sku;
}

#[require_session]
#[instrument(skip_all)]
#[debug_handler(state = App)]
async fn instrumented_and_debugged(shop: &mut Session<Shop>) {
    shop.visits += 1;
}

#[require_session]
#[debug_handler(state = App)]
async fn debugged(Path(sku): Path<u64>, shop: &mut Shop, body: String) -> String {
    shop.visits += sku;
    body
}

#[require_session]
#[debug_handler(state = Sessions<Shop>)]
async fn debugged_with_sessions_as_the_state(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated)]
#[cfg(any())]
async fn configured_out(shop: &mut Nobody) {}

#[cfg(not(any()))]
#[require_session]
async fn configured(
    #[cfg(any())] nobody: Nobody,
    shop: &mut Shop,
    #[cfg(not(any()))] path: Path<u64>,
) {
    shop.visits += path.0;
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

fn main() {
    let _ = Router::<App>::new()
        .route("/documented", get(documented))
        .route("/instrumented_above/{sku}", get(instrumented_above))
        .route("/instrumented_below/{sku}", get(instrumented_below))
        .route("/cart", get(cart))
        .route("/instrumented_with_everything/{sku}", get(instrumented_with_everything))
        .route("/instrumented_and_debugged", get(instrumented_and_debugged))
        .route("/debugged/{sku}", get(debugged))
        .route("/configured/{sku}", get(configured));
    let _ = Router::<Sessions<Shop>>::new().route("/", get(debugged_with_sessions_as_the_state));
}
