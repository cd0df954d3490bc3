//! Whatever axum takes as a response, also where it borrows from the session.

use std::fmt;

use axum::Router;
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use session_axum::{Sessions, require_session, session};

#[session]
struct Shop {
    name: String,
    visits: u64,
}

#[derive(Debug)]
struct AppError;

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no")
    }
}

impl From<std::num::ParseIntError> for AppError {
    fn from(_: std::num::ParseIntError) -> Self {
        Self
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        StatusCode::BAD_REQUEST.into_response()
    }
}

#[require_session]
async fn nothing(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn result(shop: &mut Shop) -> Result<Redirect, AppError> {
    shop.visits = shop.name.parse()?;
    Ok(Redirect::to("/"))
}

#[require_session]
async fn early(shop: &mut Shop) -> &'static str {
    if shop.visits == 0 {
        return "welcome";
    }
    "welcome back"
}

#[require_session]
async fn opaque(shop: &Shop) -> impl IntoResponse {
    (StatusCode::CREATED, shop.visits.to_string())
}

#[require_session]
async fn opaque_inside(shop: &mut Shop) -> Result<impl IntoResponse, AppError> {
    shop.visits += 1;
    Ok([("x-visits", shop.visits.to_string())])
}

#[require_session]
async fn opaque_with_a_borrow(shop: &mut Shop) -> impl IntoResponse {
    struct Borrowing<'a>(&'a str);
    impl IntoResponse for Borrowing<'_> {
        fn into_response(self) -> Response {
            self.0.to_owned().into_response()
        }
    }
    Borrowing(&shop.name)
}

#[require_session]
async fn tuple(shop: &Shop) -> (StatusCode, [(HeaderName, String); 1], Html<String>) {
    let name = HeaderName::from_static("x-name");
    (StatusCode::OK, [(name, shop.name.clone())], Html(String::new()))
}

#[require_session]
async fn response(shop: &Shop) -> Response {
    shop.name.clone().into_response()
}

#[require_session]
async fn awaits(shop: &mut Shop) -> Result<String, StatusCode> {
    tokio::task::yield_now().await;
    shop.visits += 1;
    tokio::spawn(async { 1 }).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(shop.visits.to_string())
}

fn main() {
    let _ = Router::<Sessions<Shop>>::new()
        .route("/nothing", get(nothing))
        .route("/result", get(result))
        .route("/early", get(early))
        .route("/opaque", get(opaque))
        .route("/opaque_inside", get(opaque_inside))
        .route("/opaque_with_a_borrow", get(opaque_with_a_borrow))
        .route("/tuple", get(tuple))
        .route("/response", get(response))
        .route("/awaits", get(awaits));
}
