use session_axum::{require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

#[require_session(fresh)]
async fn nothing(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(fresh = 10)]
async fn number(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(fresh = "10")]
async fn without_a_unit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(fresh = "0s")]
async fn never(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(fresh = "1.5h")]
async fn fraction(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(fresh = "99999999999999999d")]
async fn forever(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {}
