//! Await what `lend` returns in the handler.

use session_axum::{Session, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(session: &mut Session<Shop>) {
    tokio::spawn(session.lend(async {}));
}

fn main() {}
