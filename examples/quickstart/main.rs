//! A shop in one file: log in, count visits, fill a cart. Nothing here saves anything.
//!
//! `cargo run --example quickstart -- --help`

mod options;
mod page;
#[cfg(test)]
mod tests;

use axum::extract::{FromRef, Path};
use axum::response::{Html, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use session_axum::{Session, Sessions, require_session, session};
use session_examples::command_line::{self, Failure};
use tokio::net::TcpListener;

use options::Options;
use page::{Client, Page};

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
    notice: Option<String>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

/// What `/me` tells.
#[derive(serde::Serialize)]
struct Me {
    user: Option<String>,
    visits: u64,
    cart: Vec<String>,
}

#[derive(serde::Deserialize)]
struct LogIn {
    user: String,
}

#[require_session]
async fn home(shop: &mut Shop) -> Html<String> {
    let notice = shop.notice.take(); // shown once
    page::show(&Page { user: shop.user.as_deref(), visits: shop.visits, cart: &shop.cart, notice })
}

#[require_session]
async fn me(shop: &Shop) -> Json<Me> {
    let Shop { user, visits, cart, .. } = shop.clone();
    Json(Me { user, visits, cart })
}

#[require_session]
async fn visit(shop: &mut Shop, client: Client) -> Response {
    shop.visits += 1;
    shop.notice = Some("Your visit is counted.".to_owned());
    client.back_or(shop.visits.to_string())
}

#[require_session]
async fn add(shop: &mut Shop, Path(sku): Path<String>) -> Redirect {
    shop.notice = Some(format!("In your cart: {sku}."));
    shop.cart.push(sku);
    Redirect::to("/")
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Form(form): Form<LogIn>) -> Redirect {
    session.notice = Some(format!("Welcome, {}.", form.user));
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
        .fallback(page::not_found)
        .method_not_allowed_fallback(page::not_allowed)
        .with_state(App { sessions })
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Options { host, port, store, insecure_cookie } = Options::from_args()?;
    let sessions =
        store.sessions(insecure_cookie, |builder| builder.on_refusal(page::refused)).await?;
    let listener = TcpListener::bind((host.as_str(), port))
        .await
        .map_err(|error| Failure::listening(&host, port, &error))?;
    let origin = command_line::origin(&host, listener.local_addr()?.port());
    print!("{}", command_line::advice(&host, insecure_cookie));
    println!("sessions in {store}; open {origin} (Ctrl-C stops it)");
    axum::serve(listener, routes(sessions))
        .with_graceful_shutdown(async { _ = tokio::signal::ctrl_c().await })
        .await?;
    println!("stopped");
    Ok(())
}
