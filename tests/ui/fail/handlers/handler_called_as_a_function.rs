//! In a test, use `session_axum::testing::Call`. Elsewhere, let both call a function of your own
//! that takes `&mut Shop`.

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

async fn other(shop: &mut Shop) {
    visit(shop).await;
}

fn main() {}
