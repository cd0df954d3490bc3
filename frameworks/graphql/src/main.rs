//! Serves the shop on <http://localhost:3000/graphql>: `cargo run -p shop-graphql`.

use session_axum::{MemoryStore, Sessions};
use shop_graphql::router;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    Ok(axum::serve(listener, router(&sessions)).await?)
}
