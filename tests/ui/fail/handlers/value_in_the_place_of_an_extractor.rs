use session_axum::{Session, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[session]
struct Admin {
    pages: u64,
}

#[require_session]
async fn number(shop: &mut Shop, id: u64) {
    shop.visits += id;
}

#[require_session]
async fn session(shop: &mut Session<Shop>, admin: Session<Admin>) {
    shop.visits += admin.pages;
}

fn main() {}
