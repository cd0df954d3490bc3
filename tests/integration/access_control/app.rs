//! The application of these tests: a shop whose handlers ask for something.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Path};
use axum::http::{Method, Request};
use axum::routing::{any, get, post};
use session_axum::{Builder, Sessions, Timestamp, require_session, session};
use session_tests::{Client, ProbedStore, Reply, TestStore};

/// What a page's request says in every browser of today.
pub(crate) const NAVIGATION: &[(&str, &str)] = &[("sec-fetch-mode", "navigate")];

/// The shop's session.
#[session]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<String>,
    pub(crate) visits: u64,
}

impl Shop {
    pub(crate) fn is_admin(&self) -> bool {
        self.user.as_deref() == Some("admin")
    }
}

#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) sessions: Sessions<Shop>,
}

/// The shop on a probed store, at a time that stands still.
pub(crate) struct TestApp<S> {
    pub(crate) store: ProbedStore<S>,
    pub(crate) router: Router,
    clock: Arc<AtomicI64>,
}

impl<S: TestStore> TestApp<S> {
    pub(crate) fn new(store: S) -> Self {
        Self::with_options(store, routes(), |builder| builder)
    }

    /// With these routes and options.
    pub(crate) fn with_options(
        store: S,
        routes: Router<AppState>,
        options: impl FnOnce(Builder<Shop>) -> Builder<Shop>,
    ) -> Self {
        let store = ProbedStore::new(store);
        let clock = Arc::new(AtomicI64::new(1_720_000_000_000_000));
        let shown = Arc::clone(&clock);
        let builder = Sessions::builder(store.clone())
            .without_cleaner()
            .deadline(Duration::from_secs(20))
            .clock(move || Timestamp::from_micros(shown.load(Ordering::SeqCst)));
        let sessions = options(builder).build().expect("the options are sound");
        Self { store, router: routes.with_state(AppState { sessions }), clock }
    }

    /// A client without a session.
    pub(crate) fn newcomer(&self) -> Client {
        Client::new(&self.router)
    }

    /// A client with a session that has one visit, and is not logged in.
    pub(crate) async fn visitor(&self) -> Client {
        let mut client = self.newcomer();
        client.post("/visit").await.ok();
        self.store.take_calls();
        client
    }

    /// A client that has logged in as this user.
    pub(crate) async fn log_in_as(&self, user: &str) -> Client {
        let mut client = self.newcomer();
        client.post(&format!("/log-in/{user}")).await.ok();
        self.store.take_calls();
        client
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).expect("it is a matter of days");
        self.clock.fetch_add(by, Ordering::SeqCst);
    }
}

/// Sends a request with these headers.
pub(crate) async fn ask(
    client: &mut Client,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::empty()).expect("a method, a path and headers")).await
}

/// Sends what a browser sends for a page.
pub(crate) async fn navigate(client: &mut Client, path: &str) -> Reply {
    ask(client, Method::GET, path, NAVIGATION).await
}

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/visit", post(visit))
        .route("/visits", get(visits))
        .route("/log-in/{user}", post(log_in))
        .route("/cart", any(cart))
        .route("/account", any(account))
        .route("/transfer", any(transfer))
        .route("/admin", any(admin))
        .route("/accounts", any(accounts))
}

#[require_session]
pub(crate) async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn visits(shop: &Shop) -> String {
    shop.visits.to_string()
}

#[require_session]
pub(crate) async fn log_in(shop: &mut Shop, Path(user): Path<String>) {
    shop.user = Some(user);
}

#[require_session(existing, or_redirect = "/welcome?from=cart")]
async fn cart(shop: &mut Shop) -> String {
    shop.visits += 1;
    "your cart".to_owned()
}

#[require_session(authenticated, or_redirect = "/login")]
async fn account(shop: &mut Shop) -> String {
    shop.visits += 1;
    "your account".to_owned()
}

#[require_session(fresh = "10m", or_redirect = "/login?again=1")]
async fn transfer(shop: &mut Shop) -> String {
    shop.visits += 1;
    "sent".to_owned()
}

#[require_session(allow = Shop::is_admin)]
async fn admin(shop: &mut Shop) -> String {
    shop.visits += 1;
    "all prices".to_owned()
}

#[require_session(allow = Shop::is_admin, authenticated, or_redirect = "/login")]
async fn accounts(shop: &mut Shop) -> String {
    shop.visits += 1;
    "all accounts".to_owned()
}
