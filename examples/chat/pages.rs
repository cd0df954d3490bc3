//! The pages: a template for each, in `examples/templates/chat`, where everything is escaped.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use session_axum::Refusal;

/// The code with which a socket is closed whose session is over. The page's script knows it: from 4000 on they are
/// an application's own (RFC 6455, 7.4.2).
pub(crate) const LOGGED_OUT: u16 = 4401;

pub(crate) fn show(page: &impl Template) -> Html<String> {
    Html(page.render().expect("names and numbers can be displayed"))
}

#[derive(Template)]
#[template(path = "chat/log_in.html")]
pub(crate) struct LogIn {
    pub(crate) problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "chat/chat.html")]
pub(crate) struct Chat<'a> {
    pub(crate) name: &'a str,
    pub(crate) sent: u64,
}

#[derive(Template)]
#[template(path = "chat/message.html")]
struct Message<'a> {
    message: &'a str,
}

/// The answer to what is not let through.
pub(crate) fn refused(refusal: &Refusal) -> impl IntoResponse + use<> {
    let message = match refusal {
        Refusal::CrossSite => "This came from another site, and was not done.",
        _ if refusal.status() == StatusCode::UNAUTHORIZED => {
            "You are not logged in, or not any more."
        }
        _ => "Something went wrong here. Try again later.",
    };
    (refusal.status(), show(&Message { message }))
}
