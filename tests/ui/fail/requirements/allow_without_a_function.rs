use session_axum::{require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

#[require_session(allow)]
async fn nothing(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = "Shop::is_admin")]
async fn in_quotes(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = |shop| shop.visits > 9)]
async fn closure_without_a_type(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(state = App)]
async fn state_alone(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = Shop::is_admin, state = "App")]
async fn state_in_quotes(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {}
