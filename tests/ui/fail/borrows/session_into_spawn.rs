//! A task could outlive the request: clone what it needs before you spawn it.

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    tokio::spawn(async move {
        shop.visits += 1;
    });
}

fn main() {}
