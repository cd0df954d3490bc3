//! The application of these tests: a shop whose handlers count a visit and then end in every way there is.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRef, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Json, Router};
use futures_util::{StreamExt, stream};
use session_axum::{ErrorKind, Session, Sessions, require_session, session};
use session_core::Now;
use session_test_support::Gate;
use session_tests::{Client, ProbedStore, TestStore};

#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<String>,
    pub(crate) visits: u64,
    /// Written by guards around the handlers.
    pub(crate) outer: u64,
    pub(crate) prices: Vec<f64>,
}

/// The state of the router.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) sessions: Sessions<Shop>,
    /// Where handlers wait.
    pub(crate) handler_gate: Gate,
    /// Where the futures of requests arrive when they are dropped.
    pub(crate) dropped: Dropped,
}

#[derive(Clone)]
pub(crate) struct Dropped(pub(crate) Gate);

/// The shop on a probed store.
pub(crate) struct TestApp<S> {
    pub(crate) store: ProbedStore<S>,
    pub(crate) state: AppState,
    pub(crate) router: Router,
    /// The same sessions, on the store itself.
    direct: Sessions<Shop>,
}

impl<S: TestStore> TestApp<S> {
    pub(crate) fn new(store: S) -> Self {
        Self::with_deadline(store, Duration::from_secs(20))
    }

    pub(crate) fn with_deadline(store: S, deadline: Duration) -> Self {
        let store = ProbedStore::new(store);
        let direct = sessions(store.store().clone(), Duration::from_secs(20));
        let state = AppState {
            sessions: sessions(store.clone(), deadline),
            handler_gate: Gate::closed(),
            dropped: Dropped(Gate::closed()),
        };
        let router = routes().with_state(state.clone());
        Self { store, state, router, direct }
    }

    /// A client without a session.
    pub(crate) fn newcomer(&self) -> Client {
        Client::new(&self.router)
    }

    /// A client with a session that has one visit.
    pub(crate) async fn visitor(&self) -> Client {
        let mut client = self.newcomer();
        client.post("/answer/200").await.ok();
        self.store.take_calls();
        client
    }

    /// The visits of each session in the store.
    pub(crate) async fn stored_visits(&self) -> Vec<u64> {
        self.states().await.iter().map(|shop| shop.visits).collect()
    }

    /// The sessions in the store.
    pub(crate) async fn states(&self) -> Vec<Shop> {
        let mut states = Vec::new();
        for record in self.store.records(Now::Store).await {
            match self.direct.update(&record.handle, |shop| shop.clone()).await {
                Ok(state) => states.push(state),
                Err(error) if matches!(error.kind(), ErrorKind::Ended) => {}
                Err(error) => panic!("the store works: {error}"),
            }
        }
        states
    }

    /// Waits until the store holds sessions with these visits.
    pub(crate) async fn until_stored(&self, visits: &[u64]) {
        for _ in 0..6000 {
            if self.stored_visits().await == visits {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the store never held {visits:?} but {:?}", self.stored_visits().await);
    }
}

fn sessions(store: impl session_axum::Store, deadline: Duration) -> Sessions<Shop> {
    let builder = Sessions::builder(store).deadline(deadline).without_cleaner();
    builder.build().expect("the deadline is not zero")
}

fn routes() -> Router<AppState> {
    Router::new()
        .route("/answer/{status}", any(answer))
        .route("/err/{status}", post(err))
        .route("/always/{status}", post(always))
        .route("/panic", post(panics))
        .route("/wait", post(wait))
        .route("/stream", post(streams))
        .route("/json", post(json))
        .route("/number/{number}", post(number))
        .route("/log-in/{status}", post(log_in))
        .route("/rotate/{status}", post(rotate))
        .route("/log-out/{status}", post(log_out))
        .route("/price", post(price))
        .route("/visits", any(visits))
        .route("/members", post(members))
}

#[require_session]
async fn visits(shop: &Shop) -> String {
    shop.visits.to_string()
}

#[require_session]
async fn answer(shop: &mut Shop, Path(status): Path<u16>) -> StatusCode {
    shop.visits += 1;
    code(status)
}

/// `Err` with this status, by way of `?`.
#[require_session]
async fn err(shop: &mut Shop, Path(status): Path<u16>) -> Result<String, StatusCode> {
    shop.visits += 1;
    Err(code(status))?;
    Ok(String::new())
}

#[require_session(commit = always)]
async fn always(shop: &mut Shop, Path(status): Path<u16>) -> StatusCode {
    shop.visits += 1;
    code(status)
}

#[require_session(commit = always)]
async fn panics(shop: &mut Shop) -> StatusCode {
    shop.visits += 1;
    panic!("as the test wants it");
}

/// Counts, and waits inside of the handler.
#[require_session]
async fn wait(shop: &mut Shop, State(gate): State<Gate>) {
    shop.visits += 1;
    gate.pass().await;
}

/// Counts, and answers two chunks with a gate between them.
#[require_session]
async fn streams(shop: &mut Shop, State(gate): State<Gate>) -> Body {
    shop.visits += 1;
    let second = async move {
        gate.pass().await;
        Ok(Bytes::from_static(b"second"))
    };
    let first = async { Ok::<_, Infallible>(Bytes::from_static(b"first ")) };
    Body::from_stream(stream::once(first).chain(stream::once(second)))
}

#[require_session]
async fn json(shop: &mut Shop, Json(number): Json<u64>) {
    shop.visits += number;
}

#[require_session]
async fn number(shop: &mut Shop, Path(number): Path<u64>) {
    shop.visits += number;
}

#[require_session]
async fn log_in(shop: &mut Shop, Path(status): Path<u16>) -> StatusCode {
    shop.user = Some("ann".to_owned());
    shop.visits += 1;
    code(status)
}

#[require_session]
async fn rotate(session: &mut Session<Shop>, Path(status): Path<u16>) -> StatusCode {
    session.rotate();
    code(status)
}

#[require_session]
async fn log_out(session: &mut Session<Shop>, Path(status): Path<u16>) -> StatusCode {
    session.destroy();
    code(status)
}

/// What no store can hold: JSON has no such number.
#[require_session]
async fn price(shop: &mut Shop) {
    shop.prices.push(f64::NAN);
}

#[require_session(authenticated)]
async fn members(shop: &mut Shop) {
    shop.visits += 1;
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("the test asks for a status")
}

/// With a layer around everything, without a session, which sees when the request's future is dropped or done.
pub(crate) fn with_drop_notice(router: Router, state: &AppState) -> Router {
    async fn notice(State(state): State<AppState>, request: Request, next: Next) -> Response {
        struct OnDrop(Gate);
        impl Drop for OnDrop {
            fn drop(&mut self) {
                self.0.arrive();
            }
        }
        let _on_drop = OnDrop(state.dropped.0);
        next.run(request).await.into_response()
    }
    router.layer(from_fn_with_state(state.clone(), notice))
}
