use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

struct Api;

impl Api {
    #[require_session]
    async fn visit(&self, shop: &mut Shop) {
        shop.visits += 1;
    }
}

fn main() {}
