use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
#[axum::debug_handler(state = App)]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[derive(Clone)]
struct App {
    name: String,
}

fn main() {}
