//! Name the type in the place of `Self`.

use axum::extract::State;
use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[derive(Clone)]
struct Api {
    step: u64,
}

impl Api {
    const STEP: u64 = 1;

    #[require_session]
    async fn in_the_body(shop: &mut Shop) {
        shop.visits += Self::STEP;
    }

    #[require_session]
    async fn in_an_argument(shop: &mut Shop, State(api): State<Self>) {
        shop.visits += api.step;
    }
}

fn main() {}
