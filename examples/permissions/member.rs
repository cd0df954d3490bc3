//! Who is logged in: the session, the log-in, and the page that a log-in leads to.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use session_axum::{Principal, ReturnTo, Session, require_session, session};

use crate::directory::{Directory, UserId};
use crate::failure::Failure;
use crate::pages;

/// What a session remembers: who it is. What they may do is in the database.
#[session]
pub(crate) struct Member {
    #[session(principal)]
    pub(crate) user: Option<UserId>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Way {
    #[serde(default)]
    next: ReturnTo,
}

#[derive(serde::Deserialize)]
pub(crate) struct LogIn {
    user: UserId,
    #[serde(default)]
    next: ReturnTo,
}

pub(crate) async fn log_in_form(
    State(directory): State<Directory>,
    Query(Way { next }): Query<Way>,
) -> Result<Html<String>, Failure> {
    Ok(pages::show(&pages::LogIn { next: &next, users: directory.users().await? }))
}

/// A demonstration: nobody has a password. `examples/accounts` shows how to ask for one.
#[require_session]
pub(crate) async fn log_in(
    session: &mut Session<Member>,
    State(directory): State<Directory>,
    Form(LogIn { user, next }): Form<LogIn>,
) -> Result<Response, Failure> {
    if directory.name(user).await?.is_none() {
        return Ok(pages::message(StatusCode::UNAUTHORIZED, "There is no such user."));
    }
    session.log_in(user);
    Ok(Redirect::to(&next).into_response())
}

#[require_session]
pub(crate) async fn log_out(session: &mut Session<Member>) -> Redirect {
    session.destroy();
    Redirect::to("/login")
}

/// Behind a gate a handler needs no attribute: the gate has the session, and tells caches so.
pub(crate) async fn home(
    Principal(user): Principal<Member>,
    State(directory): State<Directory>,
) -> Result<Html<String>, Failure> {
    let name = directory.name(user).await?.ok_or(Failure::Missing("user"))?;
    let reads_prices = directory.may(Some(user), "prices.read").await?;
    let reads_groups = directory.may(Some(user), "groups.read").await?;
    Ok(pages::show(&pages::Home { name, reads_prices, reads_groups }))
}
