use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session(authentcated)]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(save)]
async fn leave(shop: &mut Shop) {
    shop.visits = 0;
}

fn main() {}
