use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session(commit = never)]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(commit)]
async fn leave(shop: &mut Shop) {
    shop.visits = 0;
}

fn main() {}
