//! Drop what is not `Send`, such as an `Rc`, before the `await`: end its block, or compute it in a
//! function of its own.

use std::rc::Rc;

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    let step = Rc::new(1);
    tokio::task::yield_now().await;
    shop.visits += *step;
}

fn main() {}
