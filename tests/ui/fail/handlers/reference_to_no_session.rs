use axum::Router;
use axum::routing::get;
use session_axum::require_session;

struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {
    let _ = Router::<()>::new().route("/", get(visit));
}
