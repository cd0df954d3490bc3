use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop, #[cfg(debug_assertions)] _other: &Shop) {
    shop.visits += 1;
}

fn main() {}
