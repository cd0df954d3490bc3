use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &'static mut Shop) {
    shop.visits += 1;
}

fn main() {}
