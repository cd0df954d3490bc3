//! The application of these tests: a shop with a handler for everything that can be done to a session.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_axum::{
    Builder, MemoryStore, Sealing, Session, SessionEvent, SessionState, Sessions, Timestamp,
    require_session, session,
};
use session_core::Now;
use session_tests::{Client, ProbedStore, TestStore};

/// The shop's session.
#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<String>,
    #[session(merge = sum)]
    pub(crate) visits: u64,
    pub(crate) cart: Vec<String>,
    #[session(carry)]
    pub(crate) theme: String,
    pub(crate) notice: Option<String>,
}

#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) sessions: Sessions<Shop>,
}

/// The shop on a probed store, at a time that stands still.
pub(crate) struct TestApp<S> {
    pub(crate) store: ProbedStore<S>,
    pub(crate) clock: Clock,
    pub(crate) events: Events,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) router: Router,
}

/// A clock that shows the same moment until a test advances it.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

/// The events, each as a word and the handle it happened to.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl<S: TestStore> TestApp<S> {
    pub(crate) fn new(store: S) -> Self {
        Self::with_options(store, |builder| builder)
    }

    /// With other options.
    pub(crate) fn with_options(
        store: S,
        options: impl FnOnce(Builder<Shop>) -> Builder<Shop>,
    ) -> Self {
        let clock = Clock::new();
        let shown = clock.clone();
        Self::build(clock, store, |builder| options(builder.clock(move || shown.now())))
    }

    /// At the time of the store's clock.
    pub(crate) fn on_the_stores_clock(store: S) -> Self {
        Self::build(Clock::new(), store, |builder| builder)
    }

    fn build(clock: Clock, store: S, options: impl FnOnce(Builder<Shop>) -> Builder<Shop>) -> Self {
        let sealing = store.sealing();
        let (store, events) = (ProbedStore::new(store), Events::default());
        let noted = events.clone();
        let builder = Sessions::builder(store.clone())
            .without_cleaner()
            .deadline(Duration::from_secs(20))
            .on_event(move |event| noted.note(event));
        let sessions = options(with_keys(sealing, builder)).build().expect("the options are sound");
        let router = routes().with_state(AppState { sessions: sessions.clone() });
        Self { store, clock, events, sessions, router }
    }

    /// A client without a session.
    pub(crate) fn newcomer(&self) -> Client {
        Client::new(&self.router)
    }

    /// A client with a session that has one visit, and is not logged in.
    pub(crate) async fn visitor(&self) -> Client {
        let mut client = self.newcomer();
        client.post("/visit").await.ok();
        self.reset();
        client
    }

    /// A client that has logged in as this user.
    pub(crate) async fn log_in_as(&self, user: &str) -> Client {
        let mut client = self.newcomer();
        client.post(&format!("/log-in/{user}")).await.ok();
        self.reset();
        client
    }

    /// How many sessions are live in the store.
    pub(crate) async fn live_sessions(&self) -> usize {
        self.store.records(Now::At(self.clock.now())).await.len()
    }

    /// Forgets the calls and events until now.
    pub(crate) fn reset(&self) {
        self.store.take_calls();
        self.events.take();
    }
}

impl TestApp<MemoryStore> {
    pub(crate) fn in_memory() -> Self {
        Self::new(MemoryStore::new())
    }
}

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_720_000_000_000_000)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).expect("it is a matter of days");
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Events {
    fn note(&self, event: &SessionEvent<'_>) {
        let word = match event {
            SessionEvent::Created { handle } => format!("created {handle}"),
            SessionEvent::Rotated { handle } => format!("rotated {handle}"),
            SessionEvent::Destroyed { handle } => format!("destroyed {handle}"),
            SessionEvent::Refused { refusal } => format!("refused {}", refusal.status().as_u16()),
            SessionEvent::Ignored { handle: Some(handle), reason } => {
                format!("ignored {handle} {reason:?}")
            }
            SessionEvent::Ignored { handle: None, reason } => format!("ignored {reason:?}"),
            SessionEvent::StoreFailed { operation, .. } => format!("failed {operation}"),
            other => format!("{other:?}"),
        };
        self.0.lock().expect("nobody panics here").push(word);
    }

    /// The events since this was last asked.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("nobody panics here"))
    }
}

/// With the keys that an application on this store has.
pub(crate) fn with_keys_of<T: SessionState>(
    store: &impl TestStore,
    builder: Builder<T>,
) -> Builder<T> {
    with_keys(store.sealing(), builder)
}

fn with_keys<T: SessionState>(sealing: Option<Sealing>, builder: Builder<T>) -> Builder<T> {
    match sealing {
        Some(sealing) => builder.sealing(sealing),
        None => builder,
    }
}

/// What a client sees of its session.
pub(crate) async fn state(client: &mut Client) -> Shop {
    let body = client.get("/state").await.ok();
    serde_json::from_str(&body).expect("it is the state")
}

/// The handle and secret of a cookie's value.
pub(crate) fn parts(value: &str) -> ([u8; 16], [u8; 32]) {
    // What follows is its signature, where there are keys.
    let bytes = URL_SAFE_NO_PAD.decode(&value[..64]).expect("base64url");
    let (handle, secret) = bytes.split_at(16);
    (handle.try_into().expect("16 bytes"), secret.try_into().expect("32 bytes"))
}

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/visit", post(visit))
        .route("/state", any(whole))
        .route("/look", get(look))
        .route("/is-fresh", get(is_fresh))
        .route("/account-page", get(account_page))
        .route("/log-in/{user}", post(log_in))
        .route("/assign/{user}", post(assign))
        .route("/sign-off", post(sign_off))
        .route("/log-out", post(log_out))
        .route("/rotate", post(rotate))
        .route("/log-in-again", post(log_in_again))
        .route("/others", post(others))
        .route("/others-and-log-in", post(others_and_log_in))
        .route("/upgrade", get(upgrade).connect(look))
        .route("/form", get(form))
        .route("/form/{token}", post(filled_in))
        .route("/poll", get(poll))
        .route("/job", post(job))
        .route("/remember/{remember}", post(remember))
        .route("/add/{sku}", post(add))
        .route("/clear", post(clear))
        .route("/theme/{theme}", post(theme))
        .route("/notice/{notice}", post(notice))
        .route("/flash", post(flash))
        .route("/account", post(account))
        .route("/cart", post(cart))
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn whole(shop: &Shop) -> Json<Shop> {
    Json(shop.clone())
}

/// Whether somebody has logged in within five minutes.
#[require_session]
async fn is_fresh(session: &Session<Shop>) -> String {
    session.is_fresh(Duration::from_mins(5)).to_string()
}

/// Only for those who are logged in.
#[require_session(authenticated)]
async fn account_page(shop: &Shop) -> String {
    format!("{}: {}", shop.user.as_deref().unwrap_or_default(), shop.visits)
}

/// Takes the session to change it, and leaves it as it is.
#[require_session]
async fn look(shop: &mut Shop) -> String {
    shop.visits = std::hint::black_box(shop.visits);
    shop.visits.to_string()
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user);
}

#[require_session]
async fn assign(shop: &mut Shop, Path(user): Path<String>) {
    shop.user = Some(user);
}

#[require_session]
async fn sign_off(shop: &mut Shop) {
    shop.user = None;
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
async fn log_in_again(session: &mut Session<Shop>) {
    let user = session.user.clone().expect("somebody is logged in");
    session.log_in(user);
}

#[require_session]
async fn others(session: &Session<Shop>, State(sessions): State<Sessions<Shop>>) -> String {
    match sessions.revoke_others(session).await {
        Ok(ended) => ended.to_string(),
        Err(error) => error.to_string(),
    }
}

#[require_session]
async fn others_and_log_in(
    session: &mut Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
) -> String {
    let user = session.user.clone().expect("somebody is logged in");
    session.log_in(user);
    sessions.revoke_others(session).await.expect("the store works").to_string()
}

/// What a WebSocket begins with.
#[require_session]
async fn upgrade(_shop: &Shop) -> StatusCode {
    StatusCode::SWITCHING_PROTOCOLS
}

#[require_session]
async fn form(session: &Session<Shop>) -> String {
    session.form_token().unwrap_or_default()
}

#[require_session]
async fn filled_in(session: &mut Session<Shop>, Path(token): Path<String>) -> StatusCode {
    if !session.is_form_token(&token) {
        return StatusCode::FORBIDDEN;
    }
    session.visits += 1;
    StatusCode::OK
}

/// What a page asks by itself while nobody looks at it.
#[require_session(background)]
async fn poll(shop: &Shop) -> String {
    shop.visits.to_string()
}

#[require_session(background)]
async fn job(shop: &mut Shop) {
    shop.notice = Some("done".to_owned());
}

#[require_session]
async fn remember(session: &mut Session<Shop>, Path(remember): Path<bool>) {
    session.remember(remember);
    session.visits += 1;
}

#[require_session]
async fn add(shop: &mut Shop, Path(sku): Path<String>) {
    shop.cart.push(sku);
}

#[require_session]
async fn clear(shop: &mut Shop) {
    *shop = Shop::default();
}

#[require_session]
async fn theme(shop: &mut Shop, Path(theme): Path<String>) {
    shop.theme = theme;
}

#[require_session]
async fn notice(shop: &mut Shop, Path(notice): Path<String>) {
    shop.notice = Some(notice);
}

#[require_session]
async fn flash(shop: &mut Shop) -> String {
    shop.notice.take().unwrap_or_default()
}

#[require_session(authenticated)]
async fn account(shop: &Shop) -> String {
    shop.user.clone().unwrap_or_default()
}

#[require_session(existing)]
async fn cart(shop: &Shop) -> String {
    shop.cart.join(",")
}
