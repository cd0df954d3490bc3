use session_axum::{require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

fn is_admin(user: &String) -> bool {
    user == "admin"
}

async fn is_known(shop: &Shop) -> bool {
    shop.user.is_some()
}

#[require_session(allow = is_admin)]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = is_known)]
async fn leave(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = Shop::is_regular)]
async fn missing(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {}
