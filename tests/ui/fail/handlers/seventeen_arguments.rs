use axum::http::Method;
use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(
    shop: &mut Shop,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
) {
    shop.visits += 1;
}

fn main() {}
