//! Take `session: &mut Session<Shop>`, which has the methods, and the fields as well.

use session_axum::{require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
}

#[require_session]
async fn log_in(shop: &mut Shop) {
    shop.log_in(7);
}

#[require_session]
async fn log_out(shop: &mut Shop) {
    shop.destroy();
}

fn main() {}
