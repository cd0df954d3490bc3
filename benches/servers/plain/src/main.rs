//! axum without sessions: what the machine can do.

use axum::Router;
use axum::routing::get;

async fn plain() -> String {
    1.to_string()
}

#[tokio::main]
async fn main() {
    shop::serve(Router::new().route("/plain", get(plain))).await;
}
