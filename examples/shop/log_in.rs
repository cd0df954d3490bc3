//! Log in and out.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use session_axum::{ClearSiteData, ReturnTo, Session, require_session};

use crate::frame::Frame;
use crate::journal::Journal;
use crate::pages;
use crate::users::{Passwords, USERS};
use crate::visitor::Visitor;

/// Where to go when this is done.
#[derive(serde::Deserialize)]
pub(crate) struct Way {
    #[serde(default)]
    next: ReturnTo,
}

#[derive(serde::Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
    /// A box, whose name is sent when it is checked.
    remember: Option<String>,
    #[serde(default)]
    next: ReturnTo,
}

#[require_session]
pub(crate) async fn form(
    session: &mut Session<Visitor>,
    State(journal): State<Journal>,
    Query(Way { next }): Query<Way>,
) -> Html<String> {
    let frame = Frame::of(session, &journal);
    pages::show(&pages::LogIn { frame, next: &next, name: "", problem: None, users: USERS })
}

#[require_session]
pub(crate) async fn log_in(
    session: &mut Session<Visitor>,
    State(journal): State<Journal>,
    State(passwords): State<Passwords>,
    Form(Credentials { name, password, remember, next }): Form<Credentials>,
) -> Response {
    let Some(user) = passwords.check(&name, password).await else {
        let problem = Some("There is no such user, or this is not the password.");
        let frame = Frame::of(session, &journal);
        let form = pages::LogIn { frame, next: &next, name: &name, problem, users: USERS };
        return (StatusCode::UNAUTHORIZED, pages::show(&form)).into_response();
    };
    let is_anothers = session.user.as_deref().is_some_and(|before| before != user.id);
    if let (true, Some(handle)) = (is_anothers, session.handle()) {
        journal.forget(handle);
    }
    session.log_in(user.id.to_owned());
    session.remember(remember.is_some());
    session.notice = Some(format!("Welcome, {}.", user.name));
    Redirect::to(&next).into_response()
}

/// What is set after `destroy` begins a new session, of nobody: here the farewell.
#[require_session]
pub(crate) async fn log_out(session: &mut Session<Visitor>) -> (ClearSiteData, Redirect) {
    session.destroy();
    session.notice = Some("You are logged out. Good-bye!".to_owned());
    (ClearSiteData, Redirect::to("/"))
}
