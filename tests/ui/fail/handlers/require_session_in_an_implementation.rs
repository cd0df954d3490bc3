//! The attribute changes the signature: write the handler outside of the `impl`, and let both call
//! a function that they share.

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

trait Handlers {
    async fn visit(shop: &mut Shop);
}

struct Api;

impl Handlers for Api {
    #[require_session]
    async fn visit(shop: &mut Shop) {
        shop.visits += 1;
    }
}

fn main() {}
