//! This library, in memory.

use axum::Router;
use axum::routing::get;
use session_axum::{MemoryStore, Sessions, require_session, session};

#[session]
pub struct Visit {
    count: u64,
}

#[require_session]
async fn visit(session: &mut Visit) -> String {
    session.count += 1;
    session.count.to_string()
}

#[tokio::main]
async fn main() {
    let sessions = Sessions::<Visit>::builder(MemoryStore::new()).build().unwrap();
    let app = Router::new().route("/", get(visit)).with_state(sessions);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
