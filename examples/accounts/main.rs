//! Accounts: sign up, log in, see one's devices and log them out, confirm what matters, come in through a provider.
//!
//! `cargo run --example accounts -- [--host ADDRESS] [--port N] [--db FILE]`

mod account;
mod devices;
mod failure;
mod flow;
mod headers;
mod nonce;
mod oauth;
mod options;
mod pages;
mod password;
mod provider;
mod sign_in;
mod step_up;
#[cfg(test)]
mod tests;
mod users;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::map_response;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use session_axum::{Builder, Lifetime, Sessions, SqliteStore};

use account::Account;
use oauth::Provider;
use options::Options;
use password::Hasher;
use users::Users;

/// What the handlers take their arguments from.
#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Account>,
    users: Users,
    hasher: Hasher,
    provider: Provider,
}

const DEVICES: u32 = 5;

/// A form holds a name, two passwords and a path.
const FORM: usize = 16 * 1024;

fn routes(app: App, origin: &str) -> Router {
    Router::new()
        .route("/", get(account::home))
        .route("/signup", get(sign_in::sign_up_form).post(sign_in::sign_up))
        .route("/login", get(sign_in::log_in_form).post(sign_in::log_in))
        .route("/logout", post(sign_in::log_out))
        .route("/devices", get(devices::list))
        .route("/devices/others/end", post(devices::end_others))
        .route("/devices/all/end", post(devices::end_all))
        .route("/devices/one/{handle}/end", post(devices::end_one))
        .route("/confirm", get(step_up::confirm_form).post(step_up::confirm))
        .route("/password", get(step_up::password_form).post(step_up::change_password))
        .route("/oauth", post(oauth::leave))
        .route("/oauth/callback", get(oauth::come_back))
        .route("/style.css", get(pages::style))
        .with_state(app)
        .nest("/idp", provider::routes(origin))
        .layer(DefaultBodyLimit::max(FORM))
        .layer(map_response(headers::secure))
}

fn sessions(store: SqliteStore) -> Builder<Account> {
    Sessions::builder(store)
        .lifetime(Lifetime::AAL1)
        .max_per_principal(DEVICES)
        .on_refusal(|refusal, _| pages::refused(refusal).into_response())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Options { host, port, db } = Options::from_args()?;
    tracing_subscriber::fmt().with_target(false).init();

    let store = SqliteStore::builder().open(&db).await?;
    store.migrate().await?;
    let sessions = sessions(store).build()?;

    let listener = tokio::net::TcpListener::bind((host, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let app = App {
        sessions,
        users: Users::open(&db).await?,
        hasher: Hasher::new().await,
        provider: Provider::new(&origin)?,
    };
    println!("users and sessions in {}; open {origin}", db.display());
    axum::serve(listener, routes(app, &origin))
        .with_graceful_shutdown(async { _ = tokio::signal::ctrl_c().await })
        .await?;
    println!("stopped");
    Ok(())
}
