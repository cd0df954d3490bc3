//! The application: a session type with fields of several shapes, handlers that read it and its
//! times, one that changes it, one that fills it, and one that logs in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRef, Path};
use axum::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use session_axum::{
    Builder, Lifetime, Random, RandomError, Session, Sessions, Timestamp, require_session, session,
};
use session_core::store::Times;
use tokio::runtime::{self, Runtime};
use tower::ServiceExt as _;

/// The session.
#[session]
#[derive(Debug)]
pub struct Shop {
    /// Decodes from a text or `null`.
    #[session(principal)]
    pub user: Option<String>,
    /// What [`CHANGE`] changes.
    pub visits: u64,
    /// Known to other releases as `cart`.
    #[session(rename = "basket", alias = "cart")]
    pub items: Vec<String>,
    /// What makes a session large.
    pub note: String,
    /// Nests as deep as its bytes say, and has floats.
    pub ratings: BTreeMap<String, Vec<f64>>,
    /// Runs out [`CODE_LASTS`] after it was set.
    #[session(ttl = "5m")]
    pub code: String,
    /// Stays when nobody knows whose the session is.
    #[session(carry)]
    pub theme: String,
    /// A part: its field is stored as `pay.step`.
    #[session(flatten)]
    pub pay: Payment,
}

/// A part of the session.
#[session]
#[derive(Debug)]
pub struct Payment {
    /// How far it has come.
    pub step: u16,
}

/// How long a code lasts.
pub const CODE_LASTS: Duration = Duration::from_mins(5);

/// Reads the session, and answers it as JSON.
pub const READ: (Method, &str) = (Method::GET, "/");
/// Reads when the session was created and when it ends, in microseconds, if there is one.
pub const TIMES: (Method, &str) = (Method::GET, "/times");
/// Adds a visit, and answers how many there are.
pub const CHANGE: (Method, &str) = (Method::POST, "/visit");
/// Logs [`PRINCIPAL`] in, and reads the session.
pub const LOG_IN: (Method, &str) = (Method::POST, "/log-in");
/// Who logs in.
pub const PRINCIPAL: &str = "ann";

/// The moment that it is.
pub const MOMENT: Timestamp = Timestamp::from_micros(1_720_000_000_000_000);

/// The times of a record that was inserted just now.
pub fn fresh() -> Times {
    let expires = MOMENT.plus(Lifetime::AAL2.idle());
    Times::new(MOMENT, MOMENT, MOMENT, expires, MOMENT.plus(Lifetime::AAL2.absolute()))
}

#[require_session]
async fn read(session: &Session<Shop>) -> Json<Shop> {
    // An odd time in a record must not panic in here either.
    std::hint::black_box((session.created(), session.expires()));
    Json(Shop::clone(session))
}

#[require_session]
async fn times(session: &Session<Shop>) -> Json<Option<(i64, i64)>> {
    let micros = |time| Timestamp::from(time).micros();
    let times = session.created().zip(session.expires());
    Json(times.map(|(created, expires)| (micros(created), micros(expires))))
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits = shop.visits.wrapping_add(1);
    shop.visits.to_string()
}

#[require_session]
async fn log_in(session: &mut Session<Shop>) -> Json<Shop> {
    session.log_in(PRINCIPAL.to_owned());
    Json(Shop::clone(session))
}

#[require_session]
async fn note(shop: &mut Shop, Path(length): Path<usize>) {
    shop.note = "x".repeat(length);
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

/// The application as it runs.
#[derive(Debug)]
pub struct Site {
    runtime: Runtime,
    router: Router,
}

/// What a browser is answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Site {
    /// With these sessions, at [`MOMENT`], and secrets that every run draws alike.
    pub fn new(builder: Builder<Shop>) -> Self {
        let sessions = builder
            .clock(|| MOMENT)
            .random(Alike(AtomicU8::new(0)))
            .deadline(Duration::from_mins(1))
            .without_cleaner()
            .build()
            .expect("the options are sound");
        let router = Router::new()
            .route("/", get(read))
            .route("/times", get(times))
            .route("/visit", post(visit))
            .route("/log-in", post(log_in))
            .route("/note/{length}", post(note))
            .with_state(App { sessions });
        let runtime =
            runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        Self { runtime: runtime.expect("a runtime starts"), router }
    }

    /// Sends a request with these `Cookie` lines.
    pub fn ask(&self, (method, path): (Method, &str), lines: &[HeaderValue]) -> Answer {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().expect("it is a path");
        for line in lines {
            request.headers_mut().append(COOKIE, line.clone());
        }
        self.runtime.block_on(async {
            let Ok(response) = self.router.clone().oneshot(request).await;
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("the body comes to an end");
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }

    /// Begins a session whose note has this length, and answers the values of its cookies.
    pub fn begin(&self, note: usize) -> Vec<String> {
        let answer = self.ask((Method::POST, &format!("/note/{note}")), &[]);
        assert_eq!(answer.status, StatusCode::OK);
        answer.cookies()
    }
}

impl Answer {
    /// The values of the cookies that it sets.
    pub fn cookies(&self) -> Vec<String> {
        let lines = self.headers.get_all(SET_COOKIE).iter();
        let value = |line: &HeaderValue| {
            let (pair, _) = line.to_str().ok()?.split_once(';')?;
            Some(pair.split_once('=')?.1.to_owned())
        };
        lines.map(|line| value(line).expect("a cookie is a pair with attributes")).collect()
    }

    /// The session that [`READ`] found.
    pub fn shop(&self) -> Shop {
        assert_eq!(self.status, StatusCode::OK);
        serde_json::from_slice(&self.body).expect("it is the session")
    }
}

/// Each draw has bytes of its own, the same in every run.
struct Alike(AtomicU8);

impl Random for Alike {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}
