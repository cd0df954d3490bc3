//! `from_fn` and `from_fn_with_state`: a session around the handlers.

use axum::extract::{FromRef, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing::get};
use session_axum::{Session, Sessions, require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
    visits: u64,
}

#[require_session]
async fn count(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 1;
    session.run(next, request).await
}

#[require_session]
async fn gate(
    State(app): State<App>,
    session: &mut Session<Shop>,
    request: Request,
    next: Next,
) -> Result<impl IntoResponse, Redirect> {
    drop(app);
    if session.user.is_none() {
        return Err(Redirect::to("/login"));
    }
    Ok(session.run(next, request).await)
}

#[require_session(authenticated)]
async fn members(_shop: &Shop, request: Request, next: Next) -> Response {
    next.run(request).await
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits.to_string()
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/", get(visit))
        .layer(from_fn_with_state(app.clone(), count))
        .layer(from_fn_with_state(app.sessions.clone(), members))
        .layer(from_fn_with_state(app.clone(), gate))
        .layer(from_fn(async |request: Request, next: Next| next.run(request).await))
        .with_state(app)
}

fn main() {
    let _ = routes;
}
