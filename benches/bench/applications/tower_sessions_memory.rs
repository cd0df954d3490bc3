//! tower-sessions, in memory.

use axum::Router;
use axum::routing::get;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

async fn visit(session: Session) -> String {
    let count = session.get::<u64>("count").await.unwrap().unwrap_or_default() + 1;
    session.insert("count", count).await.unwrap();
    count.to_string()
}

#[tokio::main]
async fn main() {
    let layer = SessionManagerLayer::new(MemoryStore::default());
    let app = Router::new().route("/", get(visit)).layer(layer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
