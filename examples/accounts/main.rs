//! Accounts: sign up, log in, see one's devices and log them out, confirm what matters, come in through a provider.
//!
//! `cargo run --example accounts -- --help`

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

use std::error::Error;
use std::path::Path;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::map_response;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use session_axum::{Builder, Lifetime, SessionCookie, Sessions, SqliteStore};
use session_examples::command_line::{self, Failure};
use tokio::net::TcpListener;

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

impl App {
    /// With the users in this file.
    async fn open(
        db: &Path,
        origin: &str,
        sessions: Sessions<Account>,
    ) -> Result<Self, Box<dyn Error>> {
        let (users, provider) = (Users::open(db).await?, Provider::new(origin)?);
        Ok(Self { sessions, users, hasher: Hasher::new().await, provider })
    }
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

/// With the sessions in this file.
async fn sessions(db: &Path) -> Result<Builder<Account>, Box<dyn Error>> {
    let store = SqliteStore::builder().open(db).await?;
    store.migrate().await?;
    Ok(Sessions::builder(store)
        .lifetime(Lifetime::AAL1)
        .max_per_principal(DEVICES)
        .on_refusal(|refusal, _| pages::refused(refusal).into_response()))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Options { host, port, db, insecure_cookie } = Options::from_args()?;
    tracing_subscriber::fmt().with_target(false).init();

    let listener = TcpListener::bind((host.as_str(), port))
        .await
        .map_err(|error| Failure::listening(&host, port, &error))?;
    let origin = command_line::origin(&host, listener.local_addr()?.port());
    let app = async {
        let mut sessions = sessions(&db).await?;
        if insecure_cookie {
            sessions = sessions.cookie(SessionCookie::insecure_for_development("session")?);
        }
        App::open(&db, &origin, sessions.build()?).await
    };
    let app = app.await.map_err(|error| {
        let what = format!("cannot open {}", db.display());
        Failure::caused(
            &what,
            &*error,
            "is it a database of this example, in a folder that you may write to?",
        )
    })?;
    print!("{}", command_line::advice(&host, insecure_cookie));
    println!("users and sessions in {}; open {origin} (Ctrl-C stops it)", db.display());
    axum::serve(listener, routes(app, &origin))
        .with_graceful_shutdown(async { _ = tokio::signal::ctrl_c().await })
        .await?;
    println!("stopped");
    Ok(())
}
