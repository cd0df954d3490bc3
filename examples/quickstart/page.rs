//! The page: the state, and a button for each thing that changes it. Its templates are in `examples/templates/quickstart`, where
//! everything is escaped.

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use session_axum::{Refusal, RequestHead};

/// What is to be seen of a session.
#[derive(Template)]
#[template(path = "quickstart/page.html")]
pub(crate) struct Page<'a> {
    pub(crate) user: Option<&'a str>,
    pub(crate) visits: u64,
    pub(crate) cart: &'a [String],
    pub(crate) notice: Option<String>,
}

/// A page that says why there is nothing else to see, and leads back.
#[derive(Template)]
#[template(path = "quickstart/message.html")]
struct Message<'a> {
    message: &'a str,
}

pub(crate) fn show(page: &impl Template) -> Html<String> {
    Html(page.render().expect("names and numbers can be displayed"))
}

/// A client, by what it accepts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Client {
    /// A person's: it wants a page.
    Browser,
    /// Curl, or a program.
    Program,
}

impl Client {
    fn of(headers: &HeaderMap) -> Self {
        let accepts = |value: &str| value.contains("text/html");
        let mut values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        if values.any(accepts) { Self::Browser } else { Self::Program }
    }

    /// Leads a browser back to the page, and gives a program its answer.
    pub(crate) fn back_or(self, answer: impl IntoResponse) -> Response {
        match self {
            Self::Browser => Redirect::to("/").into_response(),
            Self::Program => answer.into_response(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The answer to an address that does not exist.
pub(crate) async fn not_found(client: Client) -> Response {
    message(client, StatusCode::NOT_FOUND, "There is nothing at this address.")
}

/// The answer to an address that a form leads to, and that was typed.
pub(crate) async fn not_allowed(client: Client) -> Response {
    message(client, StatusCode::METHOD_NOT_ALLOWED, "Only a button of the shop leads here.")
}

/// The answer to a request that is not let in, or whose session cannot be loaded or stored.
pub(crate) fn refused(refusal: &Refusal, request: &RequestHead) -> Response {
    let status = refusal.status();
    let text = match status {
        StatusCode::UNAUTHORIZED => "You are not logged in any more.",
        StatusCode::FORBIDDEN => "This came from another site, and was not done.",
        _ => "The sessions cannot be reached. Nothing was changed; try again later.",
    };
    match Client::of(&request.headers) {
        Client::Browser => message(Client::Browser, status, text),
        Client::Program => (status, refusal.client_message() + "\n").into_response(),
    }
}

fn message(client: Client, status: StatusCode, message: &str) -> Response {
    match client {
        Client::Browser => (status, show(&Message { message })).into_response(),
        Client::Program => (status, format!("{message}\n")).into_response(),
    }
}
