//! A guest of the chat: the session, the log-in, and the pages.

use axum::Form;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use session_axum::{Session, require_session, session};

use crate::pages;

/// What a session remembers of a guest.
#[session]
pub(crate) struct Guest {
    #[session(principal)]
    pub(crate) name: Option<String>,
    /// How many messages were sent.
    pub(crate) sent: u64,
    /// A message for the next page of devices, which takes it.
    pub(crate) notice: Option<String>,
}

#[derive(serde::Deserialize)]
pub(crate) struct LogIn {
    name: String,
}

#[require_session(authenticated, or_redirect = "/login")]
pub(crate) async fn chat(guest: &Guest) -> Html<String> {
    pages::show(&pages::Chat { name: guest.name(), sent: guest.sent })
}

#[require_session(authenticated, or_redirect = "/login")]
pub(crate) async fn watch(guest: &Guest) -> Html<String> {
    pages::show(&pages::Watch { name: guest.name() })
}

/// Whether a session is over: a page asks that has lost its connection, since a socket that does not open says nothing of why.
#[require_session(authenticated, background)]
pub(crate) async fn here(_: &Guest) -> StatusCode {
    StatusCode::NO_CONTENT
}

pub(crate) async fn log_in_form() -> Html<String> {
    pages::show(&pages::LogIn { problem: None })
}

/// A demonstration: whoever comes first or second may have the same name. `examples/accounts` shows passwords.
#[require_session]
pub(crate) async fn log_in(
    session: &mut Session<Guest>,
    Form(LogIn { name }): Form<LogIn>,
) -> Response {
    let name = name.trim();
    if !(1..=30).contains(&name.chars().count()) {
        let problem = Some("A name has 1 to 30 letters.");
        let form = pages::show(&pages::LogIn { problem });
        return (StatusCode::UNPROCESSABLE_ENTITY, form).into_response();
    }
    session.log_in(name.to_owned());
    Redirect::to("/").into_response()
}

#[require_session]
pub(crate) async fn log_out(session: &mut Session<Guest>) -> Redirect {
    session.destroy();
    Redirect::to("/login")
}

impl Guest {
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}
