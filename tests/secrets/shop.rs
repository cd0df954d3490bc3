//! A shop whose sessions hold what nobody else may see, and which notes the tokens it issues.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use session_core::{Principal, Session, Sessions, Timestamp, require_session, session};
use session_tests::{Client, Fresh, Staged};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::{DefaultOnResponse, TraceLayer};

use crate::capture;
use crate::needles::{Secret, secrets_of};

pub(crate) const USER: &str = "canary-of-the-principal@example.com";
pub(crate) const NOTICE: &str = "canary in the notice: the PIN is 4711";
pub(crate) const SKU: &str = "canary-in-the-cart-0815";

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
struct App {
    sessions: Sessions<Shop>,
}

pub(crate) struct House<S> {
    pub(crate) store: Staged<S>,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) app: Router,
    pub(crate) issued: Issued,
    /// How many hours the clock is ahead.
    pub(crate) hours: Arc<Mutex<u64>>,
}

/// The tokens that went out.
#[derive(Clone, Default)]
pub(crate) struct Issued(Arc<Mutex<Vec<String>>>);

impl<S: Fresh> House<S> {
    pub(crate) fn new(store: S) -> Self {
        Self::on(Staged::new(store))
    }

    pub(crate) fn on(store: Staged<S>) -> Self {
        let (issued, hours) = (Issued::default(), Arc::new(Mutex::new(0)));
        let (note, ahead) = (issued.clone(), Arc::clone(&hours));
        let sessions = Sessions::builder(store.clone())
            .without_cleaner()
            .deadline(Duration::from_secs(1))
            .clock(move || {
                let hours = *ahead.lock().expect("nobody panics here");
                Timestamp::from_micros(1_720_000_000_000_000).plus(Duration::from_hours(hours))
            })
            .on_event(capture::say_event)
            .build()
            .expect("the deadline is not zero");
        let app = Router::new()
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
            .layer(map_response(move |response| note.clone().collect(response)))
            .layer(TraceLayer::new_for_http().on_response(DefaultOnResponse::new().include_headers(true)))
            .with_state(App { sessions: sessions.clone() });
        Self { store, sessions, app, issued, hours }
    }

    /// Somebody with all canaries in their session.
    pub(crate) async fn member(&self) -> Client {
        let mut client = Client::new(&self.app);
        for path in ["/log-in", "/notice", "/add"] {
            assert_eq!(client.post(path).await.status, 200);
        }
        client
    }

    /// All that must not be seen of this house.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let tokens = self.issued.all();
        let tokens = tokens.iter().flat_map(|token| secrets_of(token));
        tokens.chain([USER, NOTICE, SKU].map(Secret::text)).collect()
    }
}

impl Issued {
    async fn collect(self, response: Response) -> Response {
        for line in response.headers().get_all(SET_COOKIE) {
            let line = line.to_str().expect("cookies are ASCII");
            let value = line.strip_prefix("__Host-session=").and_then(|rest| rest.split(';').next());
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
async fn note_down(shop: &mut Shop) {
    shop.notice = if shop.notice == NOTICE { NOTICE.to_uppercase() } else { NOTICE.to_owned() };
}

#[require_session]
async fn add(shop: &mut Shop) {
    shop.cart.push(SKU.to_owned());
}

#[require_session]
async fn log_in(shop: &mut Shop) {
    shop.user = Some(USER.to_owned());
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

async fn me(Principal(user): Principal<Shop>) -> String {
    user
}

#[require_session]
async fn fail(shop: &mut Shop) -> StatusCode {
    shop.notice = NOTICE.to_owned();
    StatusCode::INTERNAL_SERVER_ERROR
}

#[require_session]
async fn panics(shop: &mut Shop) -> StatusCode {
    shop.notice = NOTICE.to_owned();
    panic!("the handler's own words");
}

#[require_session]
async fn price(shop: &mut Shop) {
    shop.notice = NOTICE.to_owned();
    shop.prices.push(f64::NAN);
}

#[require_session]
#[tracing::instrument(skip(shop))]
async fn traced(shop: &mut Shop) {
    shop.cart.push(SKU.to_owned());
}
