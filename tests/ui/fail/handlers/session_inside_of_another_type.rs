use axum::extract::Path;
use session_axum::{Session, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn optional(shop: Option<&Shop>) {
    let _ = shop;
}

#[require_session]
async fn pair(sessions: (&mut Session<Shop>, Path<u64>)) {
    let _ = sessions;
}

fn main() {}
