use session_axum::{Session, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[session]
struct Admin {
    pages: u64,
}

type Store = Shop;

#[require_session]
async fn two(shop: &mut Shop, admin: &Admin, again: &Store) {
    shop.visits += again.visits + admin.pages;
}

#[require_session]
async fn around(session: &mut Session<Shop>, shop: &Shop) {
    session.visits += shop.visits;
}

fn main() {}

#[require_session]
async fn inside(shop: &Shop, session: &mut Session<Store>) {
    session.visits += shop.visits;
}

#[require_session]
async fn both(one: &Session<Shop>, other: &mut Session<Store>) {
    other.visits += one.visits;
}
