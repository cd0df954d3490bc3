//! Write an `async fn` with the attribute, or take a `RequestSession<Shop>` in the closure, without
//! the attribute.

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

fn main() {
    let _ = #[require_session]
    async |shop: &mut Shop| {
        shop.visits += 1;
    };

    #[require_session]
    let _ = async |shop: &mut Shop| {
        shop.visits += 1;
    };
}
