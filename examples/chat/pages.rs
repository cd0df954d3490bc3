//! The pages: a template for each, in `examples/templates/chat`, where everything is escaped.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use session_axum::{Handle, Refusal, RequestHead};

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
#[template(path = "chat/watch.html")]
pub(crate) struct Watch<'a> {
    pub(crate) name: &'a str,
}

#[derive(Template)]
#[template(path = "chat/devices.html")]
pub(crate) struct Devices<'a> {
    pub(crate) name: &'a str,
    pub(crate) list: Vec<Device>,
    pub(crate) notice: Option<String>,
}

/// A line of the list.
pub(crate) struct Device {
    pub(crate) handle: Handle,
    pub(crate) browser: String,
    pub(crate) seen: String,
    pub(crate) is_this: bool,
}

#[derive(Template)]
#[template(path = "chat/message.html")]
struct Message<'a> {
    message: &'a str,
}

pub(crate) fn message(message: &str) -> Html<String> {
    show(&Message { message })
}

/// The answer to what is not let through.
pub(crate) fn refused(refusal: &Refusal, head: &RequestHead) -> Response {
    let text = match refusal {
        Refusal::CrossSite => "This came from another site, and was not done.",
        _ if refusal.status() == StatusCode::UNAUTHORIZED => {
            if head.is_event_stream() {
                // A browser does not ask for the stream again.
                return StatusCode::NO_CONTENT.into_response();
            }
            "You are not logged in, or not any more."
        }
        _ => "Something went wrong here. Try again later.",
    };
    (refusal.status(), message(text)).into_response()
}
