//! A closure takes a `RequestSession<Shop>`; `&mut Shop` needs a function with
//! `#[require_session]`.

use axum::Router;
use axum::routing::get;
use session_axum::{Sessions, session};

#[session]
struct Shop {
    visits: u64,
}

fn routes(sessions: Sessions<Shop>) -> Router {
    Router::new().route("/", get(async |shop: &mut Shop| shop.visits += 1)).with_state(sessions)
}

fn main() {}
