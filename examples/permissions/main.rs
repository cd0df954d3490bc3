//! Permissions: users are in groups, groups have permissions, and routes lie behind gates that look them up.
//!
//! `cargo run --example permissions -- --help`

mod app;
mod directory;
mod failure;
mod groups;
mod member;
mod pages;
mod permission;
mod prices;
#[cfg(test)]
mod tests;

use std::path::Path;

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use session_axum::{Builder, SessionCookie, Sessions, SqliteStore};
use session_examples::address::Address;
use session_examples::command_line;
use tower_http::services::ServeDir;

use app::App;
use directory::Directory;
use member::Member;

const ABOUT: &str =
    "Permissions: users in groups, groups with permissions, gates in front of routes.

  cargo run --example permissions -- [OPTIONS]";

const MORE: &str =
    "Users, groups and sessions are in permissions.db. Ann may change who may do what: take a
permission away from a group, and see in another browser that it is gone at once.";

/// Users, groups, prices and sessions.
const DATABASE: &str = "permissions.db";

/// Files for whoever is logged in.
const HANDBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/permissions/handbook");

/// Gates stack: for a price one must be logged in, and may read prices, and, to change one, edit them.
fn routes(app: App) -> Router {
    let prices = Router::new()
        .route("/prices", get(prices::list))
        .route("/prices/{sku}", post(prices::edit))
        .route_layer(permission::gate(&app, "prices.read"));
    let admin = Router::new()
        .route("/groups", get(groups::list).post(groups::change))
        .route_layer(permission::gate(&app, "groups.read"));
    let members = Router::new()
        .route("/", get(member::home))
        .nest_service("/handbook", ServeDir::new(HANDBOOK))
        .merge(prices)
        .nest("/admin", admin)
        .route_layer(app.sessions.gate().authenticated().or_redirect("/login"));
    Router::new()
        .route("/login", get(member::log_in_form).post(member::log_in))
        .route("/logout", post(member::log_out))
        .merge(members)
        .with_state(app)
}

/// Refusals as pages.
fn with_pages(sessions: Builder<Member>) -> Builder<Member> {
    sessions.on_refusal(|refusal, _| pages::refused(refusal).into_response())
}

#[tokio::main]
async fn main() -> Result<(), command_line::Failure> {
    let address = Address::from_args(ABOUT, MORE)?;
    tracing_subscriber::fmt().with_target(false).init();
    let app = open(address.insecure_cookie).await.map_err(|error| {
        let cure = "is it a database of this example, in a folder that you may write to?";
        command_line::Failure::caused(&format!("cannot open {DATABASE}"), &*error, cure)
    })?;
    let listener = address.listen().await?;
    axum::serve(listener, routes(app))
        .with_graceful_shutdown(async { _ = tokio::signal::ctrl_c().await })
        .await?;
    println!("stopped");
    Ok(())
}

async fn open(insecure_cookie: bool) -> Result<App, Box<dyn std::error::Error>> {
    let store = SqliteStore::builder().open(DATABASE).await?;
    store.migrate().await?;
    let mut sessions = with_pages(Sessions::builder(store));
    if insecure_cookie {
        sessions = sessions.cookie(SessionCookie::insecure_for_development("session")?);
    }
    Ok(App { sessions: sessions.build()?, directory: Directory::open(Path::new(DATABASE)).await? })
}
