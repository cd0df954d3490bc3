use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

struct Api;

impl Api {
    // The path is the constant of a type, and no type stands in an `impl`: make it a free function.
    #[require_session(existing, or_redirect = "/login")]
    async fn visit(shop: &mut Shop) {
        shop.visits += 1;
    }
}

fn main() {}
