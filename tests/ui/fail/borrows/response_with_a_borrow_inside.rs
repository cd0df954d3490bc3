//! A response is sent after the session is saved: return data of its own, such as `Html<String>`.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::Html;
use session_axum::{require_session, session};

#[session]
struct Shop {
    name: String,
}

#[require_session]
async fn page(shop: &Shop) -> Html<&str> {
    Html(&shop.name)
}

#[require_session]
async fn text(shop: &Shop) -> Cow<'_, str> {
    Cow::from(&shop.name)
}

#[require_session]
async fn fallible<'a>(shop: &'a Shop) -> Result<(StatusCode, &'a str), StatusCode> {
    Ok((StatusCode::OK, &shop.name))
}

fn main() {}
