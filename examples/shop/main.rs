//! A tea shop in the browser that shows what its sessions do: a cart that survives the log-in, two tabs at once, devices whose
//! tabs go dark, an office behind a gate.
//!
//! `cargo run --example shop -- --help`

mod app;
mod cart;
mod catalogue;
mod devices;
mod failure;
mod frame;
mod headers;
mod journal;
mod live;
mod log_in;
mod office;
mod options;
mod pages;
#[cfg(test)]
mod tests;
mod trace;
mod traced_store;
mod users;
mod visitor;
mod warehouse;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};
use session_examples::command_line::Failure;

use app::App;
use journal::Journal;
use options::Options;
use traced_store::Traced;

/// A form holds a name, a password and a path.
const FORM: usize = 16 * 1024;

fn routes(app: App) -> Router {
    let office = Router::new()
        .route("/office", get(office::desk))
        .route("/office/{sku}/restock", post(office::restock))
        .route_layer(office::gate(&app.sessions));
    let pages = Router::new()
        .route("/", get(cart::shop))
        .route("/cart", get(cart::list))
        .route("/cart/{sku}", post(cart::add))
        .route("/cart/{sku}/slowly", post(cart::add_slowly))
        .route("/cart/{sku}/remove", post(cart::remove))
        .route("/order", post(cart::order))
        .route("/login", get(log_in::form).post(log_in::log_in))
        .route("/logout", post(log_in::log_out))
        .route("/devices", get(devices::list))
        .route("/devices/others/end", post(devices::end_others))
        .route("/devices/all/end", post(devices::end_all))
        .route("/devices/one/{handle}/end", post(devices::end_one))
        .merge(office)
        .route_layer(from_fn_with_state(app.clone(), journal::keep));
    Router::new()
        .route("/events", get(live::events))
        .route("/here", get(live::here))
        .route("/style.css", get(pages::style))
        .route("/shop.js", get(pages::script))
        .merge(pages)
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::not_allowed)
        .with_state(app)
        .layer(DefaultBodyLimit::max(FORM))
        .layer(map_response(headers::secure))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Options { address, store } = Options::from_args()?;
    tracing_subscriber::fmt().with_target(false).init();
    let journal = Journal::new(store.kind());
    let around = Traced(journal.clone());
    let sessions = store.sessions_around(around, address.insecure_cookie, app::set_up).await?;
    let app = App::new(sessions.clone(), journal);
    let listener = address.listen().await?;
    let stopped = async move {
        _ = tokio::signal::ctrl_c().await;
        // The server waits for event streams, which would never end by themselves.
        sessions.close_live();
    };
    axum::serve(listener, routes(app)).with_graceful_shutdown(stopped).await?;
    println!("stopped");
    Ok(())
}
