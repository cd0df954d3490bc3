//! A request that was not let through, and how it is answered.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use axum_core::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use crate::axum::request_head::{RequestHead, asked, is_navigation};
use crate::axum::sessions::Sessions;
use crate::cookie::write::vary;
use crate::engine::error::Refusal;
use crate::state::session_state::SessionState;

/// The application's own answer to a refusal.
pub(crate) type Renderer = Arc<dyn Fn(&Refusal, &RequestHead) -> Response + Send + Sync>;

/// What the guards and extractors reject a request with: why, and the answer that the application
/// has for it ([`Builder::on_refusal`](crate::Builder::on_refusal), `or_redirect`).
///
/// One's own extractors pass it on, see [`SessionRef`](crate::SessionRef). What they refuse
/// themselves they may say with a [`Refusal`], which becomes one with the plain answer.
#[derive(Clone)]
pub struct Rejection {
    refusal: Refusal,
    answer: Answer,
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
        Self { refusal, answer: Answer::Plain }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = match self.answer {
            Answer::Plain => self.refusal.into_response(),
            Answer::Redirect(to) => (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response(),
            Answer::Rendered(renderer, head) => renderer(&self.refusal, &head),
        };
        vary(response.headers_mut());
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

impl<T: SessionState> Sessions<T> {
    /// What a renderer will want to know of this request, if there is one.
    pub(crate) fn head(&self, parts: &Parts) -> Option<Box<RequestHead>> {
        self.renderer().map(|_| Box::new(RequestHead::of(parts)))
    }

    /// The answer to a refusal of the request with this head.
    pub(crate) fn refused(&self, refusal: Refusal, head: Option<Box<RequestHead>>) -> Rejection {
        let answer = match (self.renderer(), head) {
            (Some(renderer), Some(head)) => Answer::Rendered(Arc::clone(renderer), head),
            _ => Answer::Plain,
        };
        Rejection { refusal, answer }
    }

    /// The answer to a refusal by a handler from which a page is sent to `log_in`.
    pub(crate) fn sent_away(
        &self,
        refusal: Refusal,
        log_in: Option<&str>,
        parts: &Parts,
    ) -> Rejection {
        let to = log_in
            .filter(|_| {
                refusal.is_cured_by_log_in() && is_navigation(&parts.method, &parts.headers)
            })
            .and_then(|log_in| with_next(log_in, parts));
        match to {
            Some(to) => Rejection { refusal, answer: Answer::Redirect(to) },
            None => self.refused(refusal, self.head(parts)),
        }
    }
}

/// The log-in's path, with the way back as the parameter `next`.
fn with_next(log_in: &str, parts: &Parts) -> Option<HeaderValue> {
    let mark = if log_in.contains('?') { '&' } else { '?' };
    let next = asked(parts).path_and_query().map_or("/", |asked| asked.as_str());
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
