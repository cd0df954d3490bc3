//! A request that was not let through, and how it is answered.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum_core::response::{IntoResponse, Response};
use http::header::{LOCATION, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use session_core::{PrivatePages, Refusal, Vary};

use crate::request_head::{RequestHead, is_event_stream, is_navigation, original_uri};

/// The application's own answer to a refusal.
pub(crate) type Renderer = Arc<dyn Fn(&Refusal, &RequestHead) -> Response + Send + Sync>;

/// What the guards and extractors reject a request with: why, and the answer that the application
/// has for it ([`Builder::on_refusal`](crate::Builder::on_refusal), `or_redirect`). Of a [`Refusal`]
/// it is the plain answer: the status, and one sentence; 204 for a browser's event stream that a log-in
/// would cure, so that it is not asked for again and again.
///
/// One's own extractors pass it on, see [`SessionRef`](crate::SessionRef). What they refuse
/// themselves they may say with a [`Refusal`], which becomes one with the plain answer.
///
/// ```
/// # use axum::{extract::{FromRef, FromRequestParts}, http::request::Parts};
/// # use session_axum::{Refusal, Rejection, SessionRef, Sessions, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
/// struct Staff(u64);
///
/// impl<S: Sync> FromRequestParts<S> for Staff
/// where
///     Sessions<Shop>: FromRef<S>,
/// {
///     type Rejection = Rejection;
///
///     async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
///         let shop = SessionRef::<Shop>::from_request_parts(parts, state).await?;
///         shop.user.filter(|user| *user < 10).map(Self).ok_or(Refusal::Forbidden.into())
///     }
/// }
/// ```
pub struct Rejection {
    refusal: Refusal,
    answer: Answer,
    pages: PrivatePages,
    vary: Vary,
    /// What a page of the request was asked for, if a log-in cures the refusal.
    return_path: Option<Box<str>>,
}

enum Answer {
    /// The refusal's own.
    Plain,
    /// An event stream is not to be asked for again.
    NoContent,
    /// Off to the log-in.
    Redirect(HeaderValue),
    /// The application's.
    Rendered(Renderer, Box<RequestHead>),
    /// The application's, to this one request.
    Answered(Box<Mutex<Response>>),
}

impl Rejection {
    /// Why.
    ///
    /// ```
    /// # use session_axum::{Refusal, Rejection};
    /// let rejection = Rejection::from(Refusal::Forbidden);
    /// assert!(matches!(rejection.refusal(), Refusal::Forbidden));
    /// ```
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// Sends a page to the log-in at this path, with the way back as the parameter `next`
    /// ([`ReturnTo`](crate::ReturnTo)), where the option `or_redirect` would: if a log-in cures the
    /// refusal, and a browser asks for a page to show. For a rejection from
    /// [`Sessions::refuse`](crate::Sessions::refuse).
    ///
    /// ```
    /// # use axum::http::request::Parts;
    /// # use session_axum::{Refusal, Rejection, Sessions, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// fn log_in_first(sessions: &Sessions<Shop>, parts: &Parts) -> Rejection {
    ///     sessions.refuse(parts, Refusal::NotAuthenticated).or_redirect("/login")
    /// }
    /// ```
    #[must_use]
    pub fn or_redirect(self, log_in: &str) -> Self {
        let location = self.return_path.as_ref().and_then(|path| with_return_path(log_in, path));
        match location {
            Some(location) => Self { answer: Answer::Redirect(location), ..self },
            None => self,
        }
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self::with_answer(refusal, Answer::Plain)
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = match self.answer {
            Answer::Plain => plain(&self.refusal),
            Answer::NoContent => StatusCode::NO_CONTENT.into_response(),
            Answer::Redirect(to) => (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response(),
            Answer::Rendered(renderer, head) => renderer(&self.refusal, &head),
            Answer::Answered(response) => {
                response.into_inner().unwrap_or_else(PoisonError::into_inner)
            }
        };
        self.vary.mark(response.headers_mut());
        // RFC 6750, 3: how a non-browser client may be let in. A browser asks nobody for such a token.
        if self.vary == Vary::CookieAndAuthorization
            && response.status() == StatusCode::UNAUTHORIZED
        {
            let challenge = response.headers_mut().entry(WWW_AUTHENTICATE);
            challenge.or_insert(HeaderValue::from_static("Bearer"));
        }
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
        fmt::Debug::fmt(&self.refusal, f)
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
        Self::with_answer(refusal, answer)
    }

    fn with_answer(refusal: Refusal, answer: Answer) -> Self {
        let (pages, vary) = (PrivatePages::Unset, Vary::Cookie);
        Self { refusal, answer, pages, vary, return_path: None }
    }

    /// The same, for a request of which these parts are at hand: it can be sent to a log-in.
    pub(crate) fn of_request(refusal: Refusal, renderer: Option<&Renderer>, parts: &Parts) -> Self {
        let is_page = is_navigation(&parts.method, &parts.headers);
        let return_path = (is_page && refusal.is_cured_by_log_in()).then(|| {
            original_uri(parts).path_and_query().map_or("/", |asked| asked.as_str()).into()
        });
        let head = renderer.map(|_| Box::new(RequestHead::of(parts)));
        let is_event_stream =
            refusal.is_cured_by_log_in() && is_event_stream(&parts.method, &parts.headers);
        let rejection = Self::of(refusal, renderer, head);
        match rejection.answer {
            Answer::Plain if is_event_stream => Self { answer: Answer::NoContent, ..rejection },
            _ => Self { return_path, ..rejection },
        }
    }

    /// What the application answers to a request that it did not let through.
    pub(crate) fn answered(response: Box<Mutex<Response>>) -> Self {
        Self { answer: Answer::Answered(response), ..Self::from(Refusal::Forbidden) }
    }

    /// The refusal alone, if nobody has found other words for it.
    pub(crate) fn plain(self) -> Result<Refusal, Self> {
        match self.answer {
            Answer::Plain | Answer::NoContent => Ok(self.refusal),
            _ => Err(self),
        }
    }

    /// With what the answer depends on.
    pub(crate) fn varying(self, vary: Vary) -> Self {
        Self { vary, ..self }
    }

    /// With what caches may keep of the answer.
    pub(crate) fn keeping(self, pages: PrivatePages) -> Self {
        Self { pages, ..self }
    }
}

fn plain(refusal: &Refusal) -> Response {
    (refusal.status(), refusal.client_message() + "\n").into_response()
}

/// The log-in's path, with the way back as the parameter `next`.
fn with_return_path(log_in: &str, next: &str) -> Option<HeaderValue> {
    let mark = if log_in.contains('?') { '&' } else { '?' };
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
