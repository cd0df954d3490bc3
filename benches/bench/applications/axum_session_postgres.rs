//! `axum_session`, in PostgreSQL.

use axum::Router;
use axum::routing::get;
use axum_session::{Session, SessionConfig, SessionLayer, SessionStore};
use axum_session_sqlx::SessionPgPool;
use sqlx::PgPool;

async fn visit(session: Session<SessionPgPool>) -> String {
    let count = session.get::<u64>("count").unwrap_or_default() + 1;
    session.set("count", count);
    count.to_string()
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/app").await.unwrap();
    let pool = Some(SessionPgPool::from(pool));
    let store = SessionStore::new(pool, SessionConfig::default()).await.unwrap();
    let app = Router::new().route("/", get(visit)).layer(SessionLayer::new(store));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
