//! Take the session by `&mut`: `shop: &mut Shop`. (What the compiler proposes, `shop: &mut Shop: &Shop`, is not Rust.)

use session_axum::{Session, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &Shop) {
    shop.visits += 1;
}

#[require_session]
async fn count(session: &Session<Shop>) {
    session.visits += 1;
}

#[require_session]
async fn leave(session: &Session<Shop>) {
    session.destroy();
}

fn main() {}
