//! Name an `allow` function by its path. It takes `&Shop`, and beside `state = App` also `&App`.

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

fn visits(shop: &Shop) -> u64 {
    shop.visits
}

async fn known(shop: &Shop) -> Option<String> {
    shop.user.clone()
}

async fn is_blocked(_: &Shop, _: &App) -> bool {
    false
}

struct App;

#[require_session(allow = is_admin)]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = visits)]
async fn leave(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = known)]
async fn arrive(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = is_blocked)]
async fn without_the_state(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = Shop::is_regular)]
async fn missing(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {}
