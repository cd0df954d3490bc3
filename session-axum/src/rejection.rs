//! A request that was not let through, and how it is answered.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use axum_core::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use session_core::{PrivatePages, Refusal, vary};

use crate::request_head::{RequestHead, is_navigation, original_uri};

/// The application's own answer to a refusal.
pub(crate) type Renderer = Arc<dyn Fn(&Refusal, &RequestHead) -> Response + Send + Sync>;

/// What the guards and extractors reject a request with: why, and the answer that the application
/// has for it ([`Builder::on_refusal`](crate::Builder::on_refusal), `or_redirect`). Of a [`Refusal`]
/// it is the plain answer: the status, and one sentence.
///
/// One's own extractors pass it on, see [`SessionRef`](crate::SessionRef). What they refuse
/// themselves they may say with a [`Refusal`], which becomes one with the plain answer.
#[derive(Clone)]
pub struct Rejection {
    refusal: Refusal,
    answer: Answer,
    pages: PrivatePages,
}

#[derive(Clone)]
enum Answer {
    /// The refusal's own.
    Plain,
    /// Off to the log-in.
    Redirect(HeaderValue),
    /// The application's.
    Rendered(Renderer, Box<RequestHead>),
}

impl Rejection {
    /// Why.
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, answer: Answer::Plain, pages: PrivatePages::Unset }
    }
}

/// So that an extractor of one's own may use `?` on what it does with the session.
impl From<crate::error::Error> for Rejection {
    fn from(error: crate::error::Error) -> Self {
        Refusal::from(error).into()
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = match self.answer {
            Answer::Plain => plain(&self.refusal),
            Answer::Redirect(to) => (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response(),
            Answer::Rendered(renderer, head) => renderer(&self.refusal, &head),
        };
        vary(response.headers_mut());
        self.pages.mark(&mut response);
        response
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rejection").field(&self.refusal).finish()
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.refusal.source()
    }
}

impl Rejection {
    /// The answer to a refusal of the request with this head.
    pub(crate) fn of(
        refusal: Refusal,
        renderer: Option<&Renderer>,
        head: Option<Box<RequestHead>>,
    ) -> Self {
        let answer = match (renderer, head) {
            (Some(renderer), Some(head)) => Answer::Rendered(Arc::clone(renderer), head),
            _ => Answer::Plain,
        };
        Self { refusal, answer, pages: PrivatePages::Unset }
    }

    /// With what caches may keep of the answer.
    pub(crate) fn keeping(self, pages: PrivatePages) -> Self {
        Self { pages, ..self }
    }

    /// The redirect of a page to `log_in`, if that cures what the request was refused for.
    pub(crate) fn redirect(refusal: &Refusal, log_in: &str, parts: &Parts) -> Option<Self> {
        if !refusal.is_cured_by_log_in() || !is_navigation(&parts.method, &parts.headers) {
            return None;
        }
        let location = with_return_path(log_in, parts)?;
        let (refusal, answer) = (refusal.clone(), Answer::Redirect(location));
        Some(Self { refusal, answer, pages: PrivatePages::Unset })
    }
}

/// The status, and one sentence that gives nothing of the inside away.
fn plain(refusal: &Refusal) -> Response {
    let status = refusal.status();
    let body = if status.is_server_error() {
        "the session is unavailable\n".to_owned()
    } else {
        format!("{refusal}\n")
    };
    (status, body).into_response()
}

/// The log-in's path, with the way back as the parameter `next`.
fn with_return_path(log_in: &str, parts: &Parts) -> Option<HeaderValue> {
    let mark = if log_in.contains('?') { '&' } else { '?' };
    let next = original_uri(parts).path_and_query().map_or("/", |asked| asked.as_str());
    let mut location = format!("{log_in}{mark}next=");
    for byte in next.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            location.push(char::from(byte));
        } else {
            let digit = |half: u8| char::from(b"0123456789ABCDEF"[usize::from(half)]);
            location.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    HeaderValue::try_from(location).ok()
}
