//! An application's state in an `Arc`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use session_axum::{FromArc, MemoryStore, SessionRef, Sessions, require_session, session};

#[session]
struct Shop {
    #[session(merge = sum)]
    visits: u64,
}

struct App {
    sessions: Sessions<Shop>,
    served: AtomicU64,
}

impl FromArc<App> for Sessions<Shop> {
    fn from_arc(app: &App) -> Self {
        app.sessions.clone()
    }
}

#[require_session]
async fn visit(shop: &mut Shop, State(app): State<Arc<App>>) -> String {
    shop.visits += 1;
    let served = app.served.fetch_add(1, Ordering::Relaxed) + 1;
    format!("visit {} of {served}", shop.visits)
}

/// An extractor that needs the sessions finds them in the `Arc` too.
#[require_session]
async fn visits(_: &Shop, shop: SessionRef<Shop>) -> String {
    shop.visits.to_string()
}

fn app(app: Arc<App>) -> Router {
    Router::new().route("/visit", post(visit)).route("/visits", get(visits)).with_state(app)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    let state = Arc::new(App { sessions, served: AtomicU64::new(0) });
    Ok(axum::serve(listener, app(state)).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::Client;

    use super::*;

    #[tokio::test]
    async fn handlers_find_the_sessions_in_the_arc() -> Result<(), session_axum::BuildError> {
        let sessions = Sessions::builder(MemoryStore::new()).build()?;
        let state = Arc::new(App { sessions, served: AtomicU64::new(0) });
        let (ann, bob) = (Client::new(app(Arc::clone(&state))), Client::new(app(state)));
        assert_eq!(ann.post("/visit").await.text(), "visit 1 of 1");
        assert_eq!(bob.post("/visit").await.text(), "visit 1 of 2");
        assert_eq!(ann.post("/visit").await.text(), "visit 2 of 3");
        assert_eq!(ann.get("/visits").await.text(), "2");
        Ok(())
    }
}
