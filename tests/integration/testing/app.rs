//! The application of these tests: a shop with a page, forms and an event stream.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{FromRef, Path};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use futures_util::{Stream, stream};
use serde::Deserialize;
use session_axum::{Builder, Session, Sessions, Store, require_session, session};

/// How long a store may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<String>,
    #[session(merge = sum)]
    pub(crate) visits: u64,
    pub(crate) cart: Vec<String>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

#[derive(Deserialize)]
struct Credentials {
    user: String,
    remember: Option<String>,
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn look(shop: &Shop) -> Json<Shop> {
    Json(shop.clone())
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Form(form): Form<Credentials>) -> Redirect {
    session.log_in(form.user);
    session.remember(form.remember.is_some());
    Redirect::to("/account")
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) -> Redirect {
    session.destroy();
    Redirect::to("/")
}

#[require_session(authenticated, or_redirect = "/login")]
async fn account(shop: &Shop) -> String {
    shop.user.clone().unwrap_or_default()
}

#[require_session]
async fn fill(shop: &mut Shop, Json(cart): Json<Vec<String>>) -> StatusCode {
    shop.cart = cart;
    StatusCode::NO_CONTENT
}

#[require_session]
async fn add(
    shop: &mut Shop,
    Path(sku): Path<String>,
) -> (StatusCode, [(&'static str, &'static str); 1]) {
    shop.cart.push(sku);
    (StatusCode::TEMPORARY_REDIRECT, [("location", "/visit")])
}

/// Counts down, and does not end: whoever listens hangs up.
#[require_session]
async fn events(shop: &Shop) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let mut left = shop.visits;
    Sse::new(stream::repeat_with(move || {
        left = left.saturating_sub(1);
        Ok(Event::default().data(left.to_string()))
    }))
}

/// What the request says of itself.
async fn headers(headers: HeaderMap) -> String {
    let names = ["host", "origin", "sec-fetch-site", "sec-fetch-mode", "cookie", "user-agent"];
    let told = names.iter().filter_map(|name| {
        let value = headers.get(*name)?.to_str().expect("it is ASCII");
        Some(format!("{name}: {value}\n"))
    });
    told.collect()
}

pub(crate) fn shop(sessions: &Sessions<Shop>) -> Router {
    Router::new()
        .route("/", get(look))
        .route("/visit", post(visit))
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .route("/account", get(account))
        .route("/cart", post(fill))
        .route("/cart/{sku}", post(add))
        .route("/events", get(events))
        .route("/headers", get(headers).post(headers))
        .route("/loop", get(async || Redirect::to("/loop")))
        .route("/away", get(async || Redirect::to("https://other.example/")))
        .with_state(App { sessions: sessions.clone() })
}

/// The shop's sessions in this store.
pub(crate) fn sessions(
    store: impl Store,
    options: impl FnOnce(Builder<Shop>) -> Builder<Shop>,
) -> Sessions<Shop> {
    let builder = Sessions::builder(store).without_cleaner().deadline(PATIENCE);
    options(builder).build().expect("the options are sound")
}
