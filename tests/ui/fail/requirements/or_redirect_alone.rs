use session_axum::{require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

impl Shop {
    fn is_regular(&self) -> bool {
        self.visits > 9
    }
}

#[require_session(or_redirect = "/login")]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(or_redirect = "/login", allow = Shop::is_regular)]
async fn prices(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {}
