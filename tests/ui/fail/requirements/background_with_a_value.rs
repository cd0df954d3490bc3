use session_axum::{require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

#[require_session(background = true)]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {}
