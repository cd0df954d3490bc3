//! The pages: a template for each, in `examples/templates/permissions`, where everything is escaped.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use session_axum::Refusal;

use crate::directory::{Group, Price, User};

pub(crate) fn show(page: &impl Template) -> Html<String> {
    Html(page.render().expect("names and numbers can be displayed"))
}

#[derive(Template)]
#[template(path = "permissions/log_in.html")]
pub(crate) struct LogIn<'a> {
    pub(crate) next: &'a str,
    pub(crate) users: Vec<User>,
}

#[derive(Template)]
#[template(path = "permissions/home.html")]
pub(crate) struct Home {
    pub(crate) name: String,
    pub(crate) reads_prices: bool,
    pub(crate) reads_groups: bool,
}

#[derive(Template)]
#[template(path = "permissions/prices.html")]
pub(crate) struct Prices {
    pub(crate) prices: Vec<Price>,
    pub(crate) edits: bool,
}

#[derive(Template)]
#[template(path = "permissions/groups.html")]
pub(crate) struct Groups {
    pub(crate) groups: Vec<GroupPermissions>,
}

/// A group, and of each permission whether it has it.
pub(crate) struct GroupPermissions {
    pub(crate) group: Group,
    pub(crate) permissions: Vec<(&'static str, bool)>,
}

#[derive(Template)]
#[template(path = "permissions/message.html")]
struct Message<'a> {
    message: &'a str,
}

pub(crate) fn message(status: StatusCode, message: &str) -> Response {
    (status, show(&Message { message })).into_response()
}

/// The answer to what is not let through.
pub(crate) fn refused(refusal: &Refusal) -> Response {
    let text = match refusal {
        Refusal::Forbidden => "You may not do this. An administrator can give you the permission.",
        Refusal::CrossSite => "This came from another site, and was not done.",
        _ if refusal.status() == StatusCode::UNAUTHORIZED => {
            "You are not logged in, or not any more."
        }
        _ => "Something went wrong here. Try again later.",
    };
    message(refusal.status(), text)
}
