use session_axum::{require_session, session};

#[session]
struct Shop {
    name: String,
}

#[require_session]
async fn name(shop: &Shop) -> &str {
    &shop.name
}

#[require_session]
async fn bytes<'a>(shop: &'a Shop) -> &'a [u8] {
    shop.name.as_bytes()
}

fn main() {}
