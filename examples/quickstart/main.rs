//! A shop in one file: log in, count visits, fill a cart. Nothing here saves anything.
//!
//! `cargo run --example quickstart -- [--port N] [--store sqlite:FILE|memory:|postgres://…|redis://…|cookie:]`

mod options;
mod page;
mod place;
#[cfg(test)]
mod tests;

use axum::extract::{FromRef, Path};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use session_axum::{Session, Sessions, require_session, session};

use options::Options;

/// What the shop remembers of a visitor.
#[session]
#[derive(Debug)]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    visits: u64,
    #[session(merge = append)]
    cart: Vec<String>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

#[derive(serde::Deserialize)]
struct LogIn {
    user: String,
}

#[require_session]
async fn home(shop: &Shop) -> Html<String> {
    page::render(shop.user.as_deref(), shop.visits, &shop.cart)
}

#[require_session]
async fn me(shop: &Shop) -> Json<Shop> {
    Json(shop.clone())
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn add(shop: &mut Shop, Path(sku): Path<String>) -> Redirect {
    shop.cart.push(sku);
    Redirect::to("/")
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Form(form): Form<LogIn>) -> Redirect {
    session.log_in(form.user);
    Redirect::to("/")
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) -> Redirect {
    session.destroy();
    Redirect::to("/")
}

fn routes(sessions: Sessions<Shop>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/me", get(me))
        .route("/visit", post(visit))
        .route("/cart/{sku}", post(add))
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .with_state(App { sessions })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Options { port, store } = Options::from_args()?;
    let sessions = store.sessions().await?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("sessions in {store}; open http://localhost:{}", listener.local_addr()?.port());
    axum::serve(listener, routes(sessions))
        .with_graceful_shutdown(async { _ = tokio::signal::ctrl_c().await })
        .await?;
    println!("stopped");
    Ok(())
}
