//! The pages: a template for each, in `examples/templates/accounts`, where everything is escaped.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{Html, IntoResponse};
use session_axum::Refusal;

use crate::password::NewPassword;

pub(crate) fn show(page: &impl Template) -> Html<String> {
    Html(page.render().expect("names, times and messages can be displayed"))
}

#[derive(Template)]
#[template(path = "accounts/home.html")]
pub(crate) struct Home<'a> {
    pub(crate) name: &'a str,
    pub(crate) has_password: bool,
    pub(crate) notice: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/log_in.html")]
pub(crate) struct LogIn<'a> {
    pub(crate) next: &'a str,
    pub(crate) name: &'a str,
    pub(crate) problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "accounts/sign_up.html")]
pub(crate) struct SignUp<'a> {
    pub(crate) next: &'a str,
    pub(crate) name: &'a str,
    pub(crate) problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
pub(crate) struct Confirm<'a> {
    pub(crate) next: &'a str,
    pub(crate) has_password: bool,
    pub(crate) problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
pub(crate) struct Password {
    pub(crate) problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "accounts/message.html")]
struct Message<'a> {
    message: &'a str,
    cure: Option<(&'static str, &'static str)>,
}

pub(crate) fn message(status: StatusCode, message: &str) -> impl IntoResponse + use<> {
    (status, show(&Message { message, cure: None }))
}

/// The answer to what the guards do not let through.
pub(crate) fn refused(refusal: &Refusal) -> impl IntoResponse + use<> {
    let (message, cure) = match refusal {
        Refusal::NotFresh => {
            ("This asks for your password again.", Some(("/confirm", "Confirm that it is you")))
        }
        _ if refusal.status() == StatusCode::UNAUTHORIZED => {
            ("You are not logged in, or not any more.", Some(("/login", "Log in")))
        }
        Refusal::CrossSite => ("This came from another site, and was not done.", None),
        _ => ("Something went wrong here. Try again later.", None),
    };
    (refusal.status(), show(&Message { message, cure }))
}

pub(crate) async fn style() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=300")];
    (headers, include_str!("style.css"))
}
