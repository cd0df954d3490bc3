//! Make the handler a free function, or put a `Gate` with `.or_redirect("/login")` around its
//! routes.

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

struct Api;

impl Api {
    #[require_session(existing, or_redirect = "/login")]
    async fn visit(shop: &mut Shop) {
        shop.visits += 1;
    }
}

fn main() {}
