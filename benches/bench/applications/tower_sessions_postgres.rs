//! tower-sessions, in PostgreSQL.

use axum::Router;
use axum::routing::get;
use tower_sessions::{Session, SessionManagerLayer};
use tower_sessions_sqlx_store::PostgresStore;
use tower_sessions_sqlx_store::sqlx::PgPool;

async fn visit(session: Session) -> String {
    let count = session.get::<u64>("count").await.unwrap().unwrap_or_default() + 1;
    session.insert("count", count).await.unwrap();
    count.to_string()
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/app").await.unwrap();
    let store = PostgresStore::new(pool);
    store.migrate().await.unwrap();
    let app = Router::new().route("/", get(visit)).layer(SessionManagerLayer::new(store));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
