use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {
    let _ = axum::Router::<()>::new().route("/", axum::routing::get(visit));
}
