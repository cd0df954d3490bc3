//! A shop whose handlers count a visit and then leave by every exit there is.

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
use session_core::{Error, Now, Session, Sessions, require_session, session};
use session_tests::{Client, Fresh, Gate, Staged};

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

/// What the handlers find in the state.
#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) sessions: Sessions<Shop>,
    /// Where handlers wait.
    pub(crate) inside: Gate,
    /// Where futures arrive that are dropped or done.
    pub(crate) gone: Gone,
}

#[derive(Clone)]
pub(crate) struct Gone(pub(crate) Gate);

/// A shop, and the store behind it.
pub(crate) struct House<S> {
    pub(crate) store: Staged<S>,
    pub(crate) state: App,
    pub(crate) app: Router,
    /// The same sessions, past what is staged.
    behind: Sessions<Shop>,
}

impl<S: Fresh> House<S> {
    pub(crate) fn new(store: S) -> Self {
        Self::with_deadline(store, Duration::from_secs(20))
    }

    pub(crate) fn with_deadline(store: S, deadline: Duration) -> Self {
        let store = Staged::new(store);
        let behind = sessions(store.store().clone(), Duration::from_secs(20));
        let state = App {
            sessions: sessions(store.clone(), deadline),
            inside: Gate::closed(),
            gone: Gone(Gate::closed()),
        };
        let app = routes().with_state(state.clone());
        Self { store, state, app, behind }
    }

    /// Somebody without a session.
    pub(crate) fn newcomer(&self) -> Client {
        Client::new(&self.app)
    }

    /// Somebody with a session that has one visit.
    pub(crate) async fn regular(&self) -> Client {
        let mut client = self.newcomer();
        client.post("/answer/200").await.ok();
        self.store.calls();
        client
    }

    /// The sessions in the store, as their visits.
    pub(crate) async fn held(&self) -> Vec<u64> {
        self.states().await.iter().map(|shop| shop.visits).collect()
    }

    /// The sessions in the store.
    pub(crate) async fn states(&self) -> Vec<Shop> {
        let mut states = Vec::new();
        for record in self.store.records(Now::Store).await {
            match self.behind.update(&record.handle, |shop| shop.clone()).await {
                Ok(state) => states.push(state),
                Err(Error::Ended) => {}
                Err(error) => panic!("the store works: {error}"),
            }
        }
        states
    }

    /// Waits until the store holds sessions with these visits.
    pub(crate) async fn comes_to_hold(&self, visits: &[u64]) {
        for _ in 0..6000 {
            if self.held().await == visits {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the store never held {visits:?} but {:?}", self.held().await);
    }
}

fn sessions(store: impl session_core::Store, deadline: Duration) -> Sessions<Shop> {
    let builder = Sessions::builder(store).deadline(deadline).without_cleaner();
    builder.build().expect("the deadline is not zero")
}

fn routes() -> Router<App> {
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
async fn wait(shop: &mut Shop, State(inside): State<Gate>) {
    shop.visits += 1;
    inside.pass().await;
}

/// Counts, and answers two chunks with a gate between them.
#[require_session]
async fn streams(shop: &mut Shop, State(inside): State<Gate>) -> Body {
    shop.visits += 1;
    let second = async move {
        inside.pass().await;
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

/// Around everything, without a session: sees when the request's future is dropped or done.
pub(crate) fn watched(app: Router, state: &App) -> Router {
    async fn watch(State(app): State<App>, request: Request, next: Next) -> Response {
        struct Leaving(Gate);
        impl Drop for Leaving {
            fn drop(&mut self) {
                self.0.arrive();
            }
        }
        let _leaving = Leaving(app.gone.0);
        next.run(request).await.into_response()
    }
    app.layer(from_fn_with_state(state.clone(), watch))
}
