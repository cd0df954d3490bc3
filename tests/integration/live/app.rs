//! The application of these tests: nodes on one store, whose requests leave live sessions behind.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{Response, Sse};
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt as _, stream};
use session_axum::{
    Builder, EndReason, Error, Handle, Lifetime, Live, RequestSession, Session, Sessions,
    require_session, session,
};
use session_test_support::Gate;
use session_tests::settings::ring;
use session_tests::{Call, Client, Fault, ProbedStore, TestStore};
use tokio::time::timeout;

/// How long a test waits for what is to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How long a test waits for what is not to happen.
const A_WHILE: Duration = Duration::from_millis(250);

#[session]
#[derive(Debug)]
pub(crate) struct Guest {
    #[session(principal)]
    pub(crate) user: Option<String>,
    #[session(merge = sum)]
    pub(crate) visits: u64,
}

#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) sessions: Sessions<Guest>,
    /// What requests have left behind.
    lives: Arc<Mutex<Vec<Live>>>,
    kept: Arc<Mutex<Option<RequestSession<Guest>>>>,
    /// Where handlers wait.
    pub(crate) gate: Gate,
}

/// How a node learns of endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Learns {
    /// The store tells: it is hardly ever asked.
    ByFeed,
    /// It asks, all the time.
    ByAsking,
}

impl Learns {
    /// How often the store is asked.
    fn set_up<S: TestStore>(self, store: &ProbedStore<S>) -> Duration {
        match self {
            Self::ByFeed => Duration::from_hours(1),
            Self::ByAsking => {
                store.inject(Call::Endings, Fault::Fails);
                Duration::from_millis(50)
            }
        }
    }
}

/// One process of the application.
pub(crate) struct Node<S> {
    pub(crate) store: ProbedStore<S>,
    pub(crate) state: AppState,
    pub(crate) router: Router,
}

impl<S: TestStore> Node<S> {
    pub(crate) fn new(store: &S, learns: Learns) -> Self {
        Self::with(store, learns, |builder| builder)
    }

    pub(crate) fn with(
        store: &S,
        learns: Learns,
        set_up: impl FnOnce(Builder<Guest>) -> Builder<Guest>,
    ) -> Self {
        let store = ProbedStore::new(store.clone());
        let check_every = learns.set_up(&store);
        let builder = Sessions::<Guest>::builder(store.clone()).check_every(check_every);
        let builder = match store.store().sealing() {
            Some(sealing) => builder.sealing(sealing),
            None => builder,
        };
        Self::built(store, set_up(builder))
    }

    /// With sealed cookies, the ended ones of which the store remembers.
    pub(crate) fn sealed(store: &S, learns: Learns) -> Self {
        let store = ProbedStore::new(store.clone());
        let builder = Sessions::<Guest>::sealed_cookie(ring()).revocations(store.clone());
        let check_every = learns.set_up(&store);
        Self::built(store, builder.check_every(check_every))
    }

    pub(crate) fn built(store: ProbedStore<S>, builder: Builder<Guest>) -> Self {
        let builder = builder.deadline(PATIENCE).without_cleaner();
        let sessions = builder.build().expect("the builder's values are good");
        let state = AppState {
            sessions,
            lives: Arc::default(),
            kept: Arc::default(),
            gate: Gate::closed(),
        };
        let router = routes(&state);
        Self { store, state, router }
    }

    pub(crate) fn newcomer(&self) -> Client {
        Client::new(&self.router)
    }

    /// Somebody who has logged in here.
    pub(crate) async fn log_in_as(&self, user: &str) -> Client {
        let mut client = self.newcomer();
        client.post(&format!("/log-in/{user}")).await.ok();
        client
    }

    /// Somebody who has logged in here, and the live session. Real time passes: under short limits the session may have
    /// ended before the second request, which then is nobody's.
    pub(crate) async fn live_after_log_in(&self, user: &str) -> (Client, Live) {
        for _ in 0..10 {
            let client = self.log_in_as(user).await;
            let live = self.live(&client).await;
            if live.handle().is_some() {
                return (client, live);
            }
        }
        panic!("no log-in lasts until the next request");
    }

    /// The client's session, as long as it lives.
    pub(crate) async fn live(&self, client: &Client) -> Live {
        client.at(&self.router).post("/live").await.ok();
        self.last_live()
    }

    /// What the last request has left behind.
    pub(crate) fn last_live(&self) -> Live {
        self.state.lives.lock().unwrap().pop().expect("a request has left one")
    }

    /// The session that the last request has kept.
    pub(crate) fn kept(&self) -> RequestSession<Guest> {
        self.state.kept.lock().unwrap().take().expect("a request has kept it")
    }

    pub(crate) async fn handle(&self, client: &Client) -> Handle {
        let body = client.at(&self.router).get("/handle").await.body;
        body.parse().expect("it is stored")
    }
}

/// Why it ends, in the end.
pub(crate) async fn end(live: &Live) -> EndReason {
    timeout(PATIENCE, live.ended()).await.expect("it ends")
}

/// It goes on, though it was looked at several times.
pub(crate) async fn goes_on(live: &Live) {
    if let Ok(reason) = timeout(A_WHILE, live.ended()).await {
        panic!("it has ended: {reason}");
    }
}

/// Limits that pass while a test waits.
pub(crate) fn short(absolute: u64, idle: u64) -> Lifetime {
    let (absolute, idle) = (Duration::from_millis(absolute), Duration::from_millis(idle));
    Lifetime::new(absolute, idle).expect("they are possible").without_rotation()
}

fn routes(state: &AppState) -> Router {
    let lent = Router::new()
        .route("/lent/live", post(live))
        .layer(from_fn_with_state(state.clone(), logs_in_around));
    let layered = Router::new()
        .route("/layered/live", post(live_of_request))
        .route("/layered/log-in/{user}", post(log_in_and_keep))
        .route("/layered/log-out", post(log_out_under_layer))
        .layer(state.sessions.layer());
    Router::new()
        .route("/log-in/{user}", post(log_in))
        .route("/log-in-live/{user}", post(log_in_live))
        .route("/log-in-live/{user}/{status}", post(log_in_and_answer))
        .route("/log-out", post(log_out))
        .route("/log-out-live", post(log_out_live))
        .route("/nobody", post(nobody))
        .route("/revoke-others", post(revoke_others))
        .route("/rotate", post(rotate))
        .route("/visit", post(visit))
        .route("/visit-live", post(visit_live))
        .route("/live", post(live))
        .route("/handle", get(handle))
        .route("/waits", post(waits))
        .route("/poll", get(poll))
        .route("/events", get(events))
        .route("/download", get(download))
        .merge(lent)
        .merge(layered)
        .with_state(state.clone())
}

fn keep(state: &AppState, live: Live) {
    state.lives.lock().unwrap().push(live);
}

#[require_session]
async fn log_in(session: &mut Session<Guest>, Path(user): Path<String>) {
    session.log_in(user);
}

#[require_session]
async fn log_in_live(
    session: &mut Session<Guest>,
    Path(user): Path<String>,
    State(state): State<AppState>,
) {
    keep(&state, session.live());
    session.log_in(user);
}

#[require_session]
async fn log_in_and_answer(
    session: &mut Session<Guest>,
    Path((user, status)): Path<(String, u16)>,
    State(state): State<AppState>,
) -> StatusCode {
    session.log_in(user);
    keep(&state, session.live());
    StatusCode::from_u16(status).expect("it is one")
}

#[require_session]
async fn log_out(session: &mut Session<Guest>) {
    session.destroy();
}

/// The live session before the log-out, and then that of the session that begins after it.
#[require_session]
async fn log_out_live(session: &mut Session<Guest>, State(state): State<AppState>) {
    keep(&state, session.live());
    session.destroy();
    session.visits = 1;
    keep(&state, session.live());
}

#[require_session]
async fn nobody(guest: &mut Guest) {
    guest.user = None;
}

#[require_session]
async fn revoke_others(
    session: &Session<Guest>,
    State(sessions): State<Sessions<Guest>>,
) -> Result<(), Error> {
    sessions.revoke_others(session).await?;
    Ok(())
}

#[require_session]
async fn rotate(session: &mut Session<Guest>) {
    session.rotate();
}

#[require_session]
async fn visit(guest: &mut Guest) {
    guest.visits += 1;
}

#[require_session]
async fn visit_live(session: &mut Session<Guest>, State(state): State<AppState>) {
    session.visits += 1;
    keep(&state, session.live());
}

#[require_session]
async fn live(session: &Session<Guest>, State(state): State<AppState>) {
    keep(&state, session.live());
}

#[require_session]
async fn handle(session: &Session<Guest>) -> String {
    session.handle().map(|handle| handle.to_string()).unwrap_or_default()
}

/// Waits between its load and its live session.
#[require_session]
async fn waits(session: &Session<Guest>, State(state): State<AppState>) {
    state.gate.pass().await;
    keep(&state, session.live());
}

/// A long poll: it answers when there is something to say, which there never is.
#[require_session(existing)]
async fn poll(session: &Session<Guest>, State(state): State<AppState>) -> Result<String, Error> {
    state.gate.arrive();
    Ok(session.live().run(std::future::pending()).await?)
}

#[require_session(authenticated, background)]
async fn events(
    session: &Session<Guest>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let hello = stream::iter([Ok(Event::default().data("hello"))]);
    let events = session.live().until_ended(hello.chain(stream::pending()));
    Sse::new(events).keep_alive(KeepAlive::default())
}

#[require_session(existing)]
async fn download(session: &Session<Guest>) -> Body {
    let begins = stream::iter([Ok::<_, Infallible>("so far")]);
    Body::from_stream(session.live().or_fail(begins.chain(stream::pending())))
}

/// A middleware that logs in, and lends that to what is inside.
#[require_session]
async fn logs_in_around(session: &mut Session<Guest>, request: Request, next: Next) -> Response {
    session.log_in("bob".to_owned());
    session.run(next, request).await
}

async fn live_of_request(session: RequestSession<Guest>, State(state): State<AppState>) {
    keep(&state, session.live());
}

/// The live session of what begins after a log-out.
async fn log_out_under_layer(
    session: RequestSession<Guest>,
    State(state): State<AppState>,
) -> Result<(), Error> {
    session.change(Session::destroy)?;
    keep(&state, session.live());
    Ok(())
}

/// The handle on the request's session outlives the request.
async fn log_in_and_keep(
    session: RequestSession<Guest>,
    Path(user): Path<String>,
    State(state): State<AppState>,
) -> Result<(), Error> {
    session.change(|session| session.log_in(user))?;
    *state.kept.lock().unwrap() = Some(session);
    Ok(())
}
