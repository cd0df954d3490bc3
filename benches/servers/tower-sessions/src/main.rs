//! tower-sessions, in memory.

mod routes;

use tower_sessions::MemoryStore;

#[tokio::main]
async fn main() {
    shop::serve(routes::app(MemoryStore::default())).await;
}
