//! The pages: a template for each, in `examples/templates/shop`, where everything is escaped.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use session_axum::{Handle, Refusal, RequestHead};

use crate::catalogue::{Item, Price, Product};
use crate::frame::Frame;
use crate::users::User;
use crate::warehouse::Order;

pub(crate) fn show(page: &impl Template) -> Html<String> {
    Html(page.render().expect("names, numbers and times can be displayed"))
}

#[derive(Template)]
#[template(path = "shop/shop.html")]
pub(crate) struct Shop {
    pub(crate) frame: Frame,
    pub(crate) stock: Vec<(&'static Product, u32)>,
}

#[derive(Template)]
#[template(path = "shop/cart.html")]
pub(crate) struct Cart {
    pub(crate) frame: Frame,
    pub(crate) items: Vec<Item>,
    pub(crate) price: Price,
}

#[derive(Template)]
#[template(path = "shop/log_in.html")]
pub(crate) struct LogIn<'a> {
    pub(crate) frame: Frame,
    pub(crate) next: &'a str,
    pub(crate) name: &'a str,
    pub(crate) problem: Option<&'static str>,
    pub(crate) users: &'static [User],
}

#[derive(Template)]
#[template(path = "shop/devices.html")]
pub(crate) struct Devices {
    pub(crate) frame: Frame,
    /// None if the sessions are where nobody can list them.
    pub(crate) devices: Option<Vec<Device>>,
}

/// A line of the list.
pub(crate) struct Device {
    pub(crate) handle: Handle,
    pub(crate) browser: String,
    pub(crate) created: String,
    pub(crate) seen: String,
    pub(crate) is_this: bool,
}

#[derive(Template)]
#[template(path = "shop/office.html")]
pub(crate) struct Office {
    pub(crate) frame: Frame,
    pub(crate) stock: Vec<(&'static Product, u32)>,
    pub(crate) orders: Vec<Order>,
}

#[derive(Template)]
#[template(path = "shop/message.html")]
struct Message<'a> {
    message: &'a str,
    cure: Option<(&'static str, &'static str)>,
}

/// One sentence for whoever asked.
pub(crate) fn message(status: StatusCode, message: &str) -> Response {
    (status, show(&Message { message, cure: None })).into_response()
}

pub(crate) async fn not_found() -> Response {
    message(StatusCode::NOT_FOUND, "There is nothing at this address.")
}

/// The answer to an address that a form leads to, and that was typed.
pub(crate) async fn not_allowed() -> Response {
    message(StatusCode::METHOD_NOT_ALLOWED, "Only a button of the shop leads here.")
}

/// The answer to what is not let through, and to what could not be saved.
pub(crate) fn refused(refusal: &Refusal, head: &RequestHead) -> Response {
    let (message, cure) = match refusal {
        Refusal::CrossSite => ("This came from another site, and was not done.", None),
        Refusal::Forbidden => ("The office is for administrators.", None),
        _ if refusal.status() == StatusCode::UNAUTHORIZED => {
            if head.is_event_stream() {
                // A browser does not ask for the stream again.
                return StatusCode::NO_CONTENT.into_response();
            }
            ("You are not logged in, or not any more.", Some(("/login", "Log in")))
        }
        _ => ("Your session cannot be read or saved. Nothing was changed; try again later.", None),
    };
    (refusal.status(), show(&Message { message, cure })).into_response()
}

pub(crate) async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("style.css"))
}

pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("shop.js"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=300")], text).into_response()
}
