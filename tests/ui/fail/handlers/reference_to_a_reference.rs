use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &&Shop) -> String {
    shop.visits.to_string()
}

fn main() {}
