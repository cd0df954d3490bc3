//! A program that depends on the packaged crates: one request of an application whose session counts.

use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Request, StatusCode, header};
use axum::routing::post;
use session_axum::{MemoryStore, Sessions, Store, require_session, session};
use session_redis::RedisStore;
use session_sqlx::{PostgresStore, SqliteStore};
use tower::ServiceExt;

#[session]
struct Shop {
    #[session(merge = sum)]
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

/// Compiles for what can store sessions.
fn is_a_store<S: Store>() {}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    is_a_store::<PostgresStore>();
    is_a_store::<SqliteStore>();
    is_a_store::<RedisStore>();

    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let app = Router::new().route("/", post(visit)).with_state(App { sessions });
    let response = app.oneshot(Request::post("/").body(Body::empty())?).await?;

    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers().contains_key(header::SET_COOKIE));
    Ok(())
}
