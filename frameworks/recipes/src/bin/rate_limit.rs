//! Limits on log-ins: by address, around the route, and by account, in the handler that knows which.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Form, Router};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use session_axum::{MemoryStore, Principal, Session, Sessions, require_session, session};
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;

/// So many log-ins at once from one address.
const PER_ADDRESS: u32 = 10;
/// So many at once to one account.
const PER_ACCOUNT: NonZeroU32 = NonZeroU32::new(5).unwrap();

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
}

/// How often each account was tried lately, on this node.
type Accounts = Arc<DefaultKeyedRateLimiter<String>>;

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
    accounts: Accounts,
}

#[derive(serde::Deserialize)]
struct LogIn {
    user: String,
    password: String,
}

/// The limit comes before the password: beyond it, a right one is refused as a wrong one is.
#[require_session]
async fn log_in(
    session: &mut Session<Shop>,
    State(accounts): State<Accounts>,
    Form(form): Form<LogIn>,
) -> Result<Redirect, StatusCode> {
    // In the spelling under which the account is looked up; also of accounts that do not exist.
    let account = form.user.to_lowercase();
    if accounts.check_key(&account).is_err() {
        return Err(StatusCode::TOO_MANY_REQUESTS);
    }
    if form.password != "open sesame" {
        return Err(StatusCode::UNAUTHORIZED);
    }
    session.log_in(account);
    Ok(Redirect::to("/"))
}

#[require_session(authenticated)]
async fn account(_: &Shop, Principal(user): Principal<Shop>) -> String {
    user
}

/// One more log-in each `period`, by address and by account.
fn app(sessions: Sessions<Shop>, period: Duration) -> Router {
    let by_address = GovernorConfigBuilder::default()
        .period(period)
        .burst_size(PER_ADDRESS)
        .finish()
        .expect("neither is zero");
    let quota = Quota::with_period(period).expect("it is not zero").allow_burst(PER_ACCOUNT);
    let accounts = Accounts::new(RateLimiter::keyed(quota));
    let addresses = Arc::clone(by_address.limiter());
    let tried = Arc::clone(&accounts);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(period).await; // whoever has waited need not be remembered
            addresses.retain_recent();
            tried.retain_recent();
        }
    });
    Router::new()
        .route("/login", post(log_in))
        .route_layer(GovernorLayer::new(by_address))
        .route("/", get(account))
        .with_state(App { sessions, accounts })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let app = app(sessions, Duration::from_mins(1));
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    // With the address of whoever connects. Behind a proxy that is the proxy's: see `SmartIpKeyExtractor`.
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}

#[cfg(test)]
mod tests {
    use axum::Extension;
    use axum::extract::ConnectInfo;
    use session_axum::testing::{Client, FaultyStore, Operation, Reply};

    use super::*;

    struct Test {
        store: FaultyStore<MemoryStore>,
        app: Router,
    }

    impl Test {
        fn new() -> Self {
            let store = FaultyStore::new(MemoryStore::new());
            let sessions = Sessions::builder(store.clone()).build().unwrap();
            // Longer than any test takes.
            Self { store, app: app(sessions, Duration::from_hours(24)) }
        }

        /// A browser at this address.
        fn at(&self, address: &str) -> Client {
            let address: SocketAddr = format!("{address}:40000").parse().unwrap();
            Client::new(self.app.clone().layer(Extension(ConnectInfo(address))))
        }
    }

    async fn try_to_log_in(client: &Client, user: &str, password: &str) -> Reply {
        client.form("/login", &[("user", user), ("password", password)]).await
    }

    #[tokio::test]
    async fn whoever_guesses_at_many_accounts_is_stopped_by_their_address() {
        let test = Test::new();
        let guesser = test.at("192.0.2.1");
        for n in 0..PER_ADDRESS {
            try_to_log_in(&guesser, &format!("user {n}"), "guess").await.assert_status(401);
        }
        try_to_log_in(&guesser, "ann", "open sesame").await.assert_status(429);
        let ann = test.at("192.0.2.2");
        try_to_log_in(&ann, "ann", "open sesame").await.assert_redirect("/");
        assert_eq!(ann.get("/").await.text(), "ann");
        guesser.get("/").await.assert_status(401);
    }

    #[tokio::test]
    async fn an_account_is_guessed_at_so_often_from_all_addresses_together() {
        let test = Test::new();
        for n in 0..PER_ACCOUNT.get() {
            let client = test.at(&format!("192.0.2.{n}"));
            let spelled = if n == 0 { "ANN" } else { "ann" };
            try_to_log_in(&client, spelled, "guess").await.assert_status(401);
        }
        let client = test.at("192.0.2.100");
        try_to_log_in(&client, "ann", "open sesame").await.assert_status(429);
        try_to_log_in(&client, "bob", "open sesame").await.assert_redirect("/");
    }

    #[tokio::test]
    async fn a_request_beyond_the_limit_of_its_address_costs_the_store_nothing() {
        let test = Test::new();
        let guesser = test.at("192.0.2.1");
        try_to_log_in(&guesser, "ann", "open sesame").await.assert_redirect("/");
        for n in 1..PER_ADDRESS {
            try_to_log_in(&guesser, &format!("user {n}"), "guess").await.assert_status(401);
        }
        let loads = test.store.count(Operation::Load);
        try_to_log_in(&guesser, "ann", "guess").await.assert_status(429);
        assert_eq!(test.store.count(Operation::Load), loads);
    }
}
