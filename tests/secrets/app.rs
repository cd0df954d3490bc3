//! The application of these tests: a shop whose sessions hold what nobody else may see, and which remembers the tokens that it issues.

use std::future::ready;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use session_axum::{Builder, Principal, Session, Sessions, Timestamp, require_session, session};
use session_tests::{Client, ProbedStore, TestStore, settings};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::{DefaultOnResponse, TraceLayer};

use crate::output;
use crate::secret::{Secret, digests, keys, secrets_of};

#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<String>,
    pub(crate) notice: String,
    #[session(merge = disagree)]
    pub(crate) cart: Vec<String>,
    pub(crate) prices: Vec<f64>,
}

/// A merge that its author got wrong.
fn disagree(_base: &[String], _mine: &[String], _theirs: &[String]) -> Vec<String> {
    panic!("these two cannot be merged");
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
    canaries: Canaries,
}

/// What is in the sessions of no other application.
#[derive(Clone)]
pub(crate) struct Canaries {
    user: String,
    notice: String,
    sku: String,
}

impl Canaries {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let canary = |place| format!("canary {number:04} in the {place}");
        Self { user: canary("principal"), notice: canary("notice"), sku: canary("cart") }
    }
}

/// The shop on a probed store.
pub(crate) struct TestApp<S> {
    pub(crate) store: ProbedStore<S>,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) router: Router,
    pub(crate) issued: Issued,
    pub(crate) canaries: Canaries,
    /// How many hours the clock is ahead.
    pub(crate) hours: Arc<Mutex<u64>>,
}

/// The tokens that went out.
#[derive(Clone, Default)]
pub(crate) struct Issued(Arc<Mutex<Vec<String>>>);

impl<S: TestStore> TestApp<S> {
    pub(crate) fn new(store: S) -> Self {
        Self::on(ProbedStore::new(store))
    }

    pub(crate) fn on(store: ProbedStore<S>) -> Self {
        let builder = Sessions::builder(store.clone());
        let builder = match store.store().sealing() {
            Some(sealing) => builder.sealing(sealing),
            None => builder,
        };
        Self::build(store, builder)
    }

    /// With sessions in their cookies, and revocations in this store.
    pub(crate) fn with_sealed_cookies(store: S) -> Self {
        let store = ProbedStore::new(store);
        let builder = Sessions::sealed_cookie(settings::ring()).revocations(store.clone());
        Self::build(store, builder)
    }

    fn build(store: ProbedStore<S>, builder: Builder<Shop>) -> Self {
        let (issued, hours) = (Issued::default(), Arc::new(Mutex::new(0)));
        let canaries = Canaries::new();
        let (note, ahead) = (issued.clone(), Arc::clone(&hours));
        let sessions = builder
            .without_cleaner()
            .deadline(Duration::from_secs(4))
            .clock(move || {
                let hours = *ahead.lock().expect("nobody panics here");
                Timestamp::from_micros(1_720_000_000_000_000).plus(Duration::from_hours(hours))
            })
            .on_event(output::print_event)
            .build()
            .expect("the deadline is not zero");
        let router = Router::new()
            .route("/notice", get(notice).post(note_down))
            .route("/add", post(add))
            .route("/log-in", post(log_in))
            .route("/log-out", post(log_out))
            .route("/rotate", post(rotate))
            .route("/remember", post(remember))
            .route("/me", get(me))
            .route("/fail", post(fail))
            .route("/panic", post(panics))
            .route("/price", post(price))
            .route("/traced", post(traced))
            .layer(CatchPanicLayer::new())
            .layer(map_response(move |response| ready(note.collect(response))))
            .layer(
                TraceLayer::new_for_http()
                    .on_response(DefaultOnResponse::new().include_headers(true)),
            )
            .with_state(AppState { sessions: sessions.clone(), canaries: canaries.clone() });
        Self { store, sessions, router, issued, canaries, hours }
    }

    /// A client that has logged in, with all canaries in its session.
    pub(crate) async fn log_in(&self) -> Client {
        let mut client = Client::new(&self.router);
        for path in ["/log-in", "/notice", "/add"] {
            assert_eq!(client.post(path).await.status, 200);
        }
        client
    }

    /// All that must not be seen of this application.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let tokens = self.issued.all();
        let tokens = tokens.iter().flat_map(|token| secrets_of(token));
        let Canaries { user, notice, sku } = &self.canaries;
        let canaries = [user, notice, sku].map(|text| Secret::text(text));
        tokens.chain(canaries).chain(digests(&self.store)).chain(keys(settings::keys())).collect()
    }
}

impl Issued {
    fn collect(&self, response: Response) -> Response {
        for line in response.headers().get_all(SET_COOKIE) {
            let line = line.to_str().expect("cookies are ASCII");
            let value =
                line.strip_prefix("__Host-session=").and_then(|rest| rest.split(';').next());
            let token = value.filter(|value| !value.is_empty());
            self.0.lock().expect("nobody panics here").extend(token.map(str::to_owned));
        }
        response
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics here").clone()
    }
}

#[require_session]
async fn notice(shop: &Shop) -> String {
    shop.notice.clone()
}

#[require_session]
async fn note_down(shop: &mut Shop, State(canaries): State<Canaries>) {
    shop.notice += &canaries.notice;
}

#[require_session]
async fn add(shop: &mut Shop, State(canaries): State<Canaries>) {
    shop.cart.push(canaries.sku);
}

#[require_session]
async fn log_in(shop: &mut Shop, State(canaries): State<Canaries>) {
    shop.user = Some(canaries.user);
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[require_session]
async fn rotate(session: &mut Session<Shop>) {
    session.rotate();
}

#[require_session]
async fn remember(session: &mut Session<Shop>) {
    session.remember(true);
}

#[require_session]
async fn me(_: &Shop, Principal(user): Principal<Shop>) -> String {
    user
}

#[require_session]
async fn fail(shop: &mut Shop, State(canaries): State<Canaries>) -> StatusCode {
    shop.notice = canaries.notice;
    StatusCode::INTERNAL_SERVER_ERROR
}

#[require_session]
async fn panics(shop: &mut Shop, State(canaries): State<Canaries>) -> StatusCode {
    shop.notice = canaries.notice;
    panic!("the handler's own words");
}

#[require_session]
async fn price(shop: &mut Shop, State(canaries): State<Canaries>) {
    shop.notice = canaries.notice;
    shop.prices.push(f64::NAN);
}

#[require_session]
#[tracing::instrument(skip(shop, canaries))]
async fn traced(shop: &mut Shop, canaries: State<Canaries>) {
    tracing::trace!("a handler's finest");
    shop.cart.push(canaries.sku.clone());
}
