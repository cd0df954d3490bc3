//! No session.

#[tokio::main]
async fn main() {
    let app = axum::Router::new().route("/", axum::routing::get(async || "hello"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
