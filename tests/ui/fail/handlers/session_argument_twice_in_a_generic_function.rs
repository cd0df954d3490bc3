use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use session_axum::{MemoryStore, Session, SessionState, Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

// Found where the function is used.
#[require_session]
async fn visit<T: SessionState>(_state: &T, _session: &mut Session<T>) {}

#[require_session]
async fn around<T: SessionState>(_state: &mut T, request: Request, next: Next) -> Response {
    next.run(request).await
}

fn routes(sessions: Sessions<Shop>) -> Router<Sessions<Shop>> {
    Router::new()
        .route("/", get(visit::<Shop>))
        .layer(from_fn_with_state(sessions, around::<Shop>))
}

fn main() {
    let sessions = Sessions::builder(MemoryStore::new()).build().unwrap();
    let _ = routes(sessions);
}
