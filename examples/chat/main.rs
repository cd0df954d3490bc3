//! A chat whose sockets and event streams last as long as their sessions: a log-out reaches them on every node.
//!
//! `cargo run --example chat -- --help`

mod devices;
mod events;
mod guest;
mod options;
mod pages;
mod ready;
mod room;
mod socket;
mod stop;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use session_axum::{Builder, Sessions};
use session_examples::command_line::Failure;

use guest::Guest;
use options::Options;
use room::Room;

/// What the handlers take their arguments from.
#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Guest>,
    room: Room,
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/", get(guest::chat))
        .route("/watch", get(guest::watch))
        .route("/here", get(guest::here))
        .route("/login", get(guest::log_in_form).post(guest::log_in))
        .route("/logout", post(guest::log_out))
        .route("/socket", get(socket::open))
        .route("/events", get(events::listen))
        .route("/devices", get(devices::list))
        .route("/devices/others/end", post(devices::end_others))
        .route("/devices/one/{handle}/end", post(devices::end_one))
        .route("/ready", get(ready::ready))
        .with_state(app)
}

/// Refusals as pages.
fn with_pages(sessions: Builder<Guest>) -> Builder<Guest> {
    sessions.on_refusal(pages::refused)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Options { address, store } = Options::from_args()?;
    tracing_subscriber::fmt().with_target(false).init();
    let sessions = store.sessions(address.insecure_cookie, with_pages).await?;
    let room = Room::new();
    let app = App { sessions: sessions.clone(), room: room.clone() };
    let listener = address.listen().await?;
    stop::serve(listener, routes(app), sessions, room).await?;
    println!("stopped");
    Ok(())
}
