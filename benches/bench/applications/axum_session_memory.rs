//! `axum_session`, in memory.

use axum::Router;
use axum::routing::get;
use axum_session::{Session, SessionConfig, SessionLayer, SessionNullPool, SessionStore};

async fn visit(session: Session<SessionNullPool>) -> String {
    let count = session.get::<u64>("count").unwrap_or_default() + 1;
    session.set("count", count);
    count.to_string()
}

#[tokio::main]
async fn main() {
    let config = SessionConfig::default();
    let store = SessionStore::<SessionNullPool>::new(None, config).await.unwrap();
    let app = Router::new().route("/", get(visit)).layer(SessionLayer::new(store));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
