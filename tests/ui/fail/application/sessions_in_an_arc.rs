use std::sync::Arc;

use session_axum::{Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

struct App {
    sessions: Sessions<Shop>,
}

#[require_session]
#[axum::debug_handler(state = Arc<App>)]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {}
