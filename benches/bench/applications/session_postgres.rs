//! This library, in PostgreSQL.

use axum::Router;
use axum::routing::get;
use session_axum::{PostgresStore, Sessions, require_session, session};

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
    let store = PostgresStore::connect("postgres://localhost/app").await.unwrap();
    store.migrate().await.unwrap();
    let sessions = Sessions::<Visit>::builder(store).build().unwrap();
    let app = Router::new().route("/", get(visit)).with_state(sessions);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
