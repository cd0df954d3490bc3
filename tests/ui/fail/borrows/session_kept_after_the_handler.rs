//! A session is lent to this one call: keep a clone of its state, or its handle.

use std::sync::Mutex;

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

static KEPT: Mutex<Option<&'static mut Shop>> = Mutex::new(None);

#[require_session]
async fn visit(shop: &mut Shop) {
    *KEPT.lock().unwrap() = Some(shop);
}

fn main() {}
