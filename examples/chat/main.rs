//! A chat: what is said goes over WebSockets, who is there over event streams.
//!
//! `cargo run --example chat -- --help`

mod events;
mod guest;
mod pages;
mod room;
mod socket;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::FromRef;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use session_axum::{Builder, MemoryStore, SessionCookie, Sessions};
use session_examples::address::Address;
use session_examples::command_line::Failure;

use guest::Guest;
use room::Room;

const ABOUT: &str = "A chat: log in with a name, in two browsers, and talk.

  cargo run --example chat -- [OPTIONS]";

const MORE: &str = "Sessions and messages are in memory, until the program stops.";

/// What the handlers take their arguments from.
#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Guest>,
    room: Room,
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/", get(guest::chat))
        .route("/login", get(guest::log_in_form).post(guest::log_in))
        .route("/logout", post(guest::log_out))
        .route("/socket", get(socket::open))
        .route("/events", get(events::who_is_there))
        .with_state(app)
}

/// Refusals as pages.
fn with_pages(sessions: Builder<Guest>) -> Builder<Guest> {
    sessions.on_refusal(|refusal, _| pages::refused(refusal).into_response())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let address = Address::from_args(ABOUT, MORE)?;
    tracing_subscriber::fmt().with_target(false).init();
    let sessions = sessions(address.insecure_cookie);
    let sessions = sessions.map_err(|error| Failure::new(error.to_string()))?;
    let app = App { sessions, room: Room::new() };
    let room = app.room.clone();
    let listener = address.listen().await?;
    axum::serve(listener, routes(app))
        .with_graceful_shutdown(async move {
            _ = tokio::signal::ctrl_c().await;
            // Event streams have no end of their own, and the server waits for them.
            room.close();
        })
        .await?;
    println!("stopped");
    Ok(())
}

fn sessions(insecure_cookie: bool) -> Result<Sessions<Guest>, Box<dyn std::error::Error>> {
    let mut sessions = with_pages(Sessions::builder(MemoryStore::new()));
    if insecure_cookie {
        sessions = sessions.cookie(SessionCookie::insecure_for_development("session")?);
    }
    Ok(sessions.build()?)
}
