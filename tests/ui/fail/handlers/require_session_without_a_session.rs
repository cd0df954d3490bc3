use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(Path(_sku): Path<u64>) {}

#[require_session]
async fn leave() {}

fn main() {
    let _ = Router::<()>::new().route("/{sku}", get(visit)).route("/leave", get(leave));
}
