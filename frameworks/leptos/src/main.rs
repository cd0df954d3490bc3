//! Serves the shop on <http://localhost:3000>: `cargo run -p shop-leptos`.

use session_axum::{MemoryStore, Sessions};
use shop_leptos::{Database, router};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let app = router(&sessions, Database::new(async || 3));
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    Ok(axum::serve(listener, app).await?)
}
