//! What a request asks for, as far as the answer to a refused one depends on it.

use std::fmt;

use axum::extract::OriginalUri;
use http::header::{ACCEPT, HeaderName};
use http::request::Parts;
use http::{HeaderMap, Method, Uri};

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The head of a request that was refused, for [`Builder::on_refusal`](crate::Builder::on_refusal).
///
/// ```
/// # use axum::response::{IntoResponse, Redirect};
/// # use session_axum::{MemoryStore, Rejection, Sessions, session};
/// # #[session] struct Shop { visits: u64 }
/// # fn main() -> Result<(), session_axum::BuildError> {
/// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
///     .on_refusal(|refusal, request| {
///         println!("{} {}: {refusal}", request.method, request.uri.path());
///         Rejection::from(refusal.clone()).into_response()        // the plain answer
///     })
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct RequestHead {
    /// The method.
    pub method: Method,
    /// The URI as it was asked for: also under [`Router::nest`](axum::Router::nest), which takes
    /// its own part away from the path that handlers see.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
}

impl RequestHead {
    pub(crate) fn of(parts: &Parts) -> Self {
        Self {
            method: parts.method.clone(),
            uri: original_uri(parts).clone(),
            headers: parts.headers.clone(),
        }
    }

    /// Whether a browser asks for a page to show, rather than a script for data: GET or HEAD with
    /// `Sec-Fetch-Mode: navigate` or, where that header is absent, with `text/html` in `Accept`.
    ///
    /// ```
    /// # use axum::response::{IntoResponse, Redirect};
    /// # use session_axum::{MemoryStore, Rejection, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .on_refusal(|refusal, request| match request.is_navigation() {
    ///         true if refusal.is_cured_by_log_in() => Redirect::to("/login").into_response(),
    ///         _ => Rejection::from(refusal.clone()).into_response(),
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn is_navigation(&self) -> bool {
        is_navigation(&self.method, &self.headers)
    }

    /// Whether a browser shows the answer as a page: after a link, or after a form that a person sent. As
    /// [`is_navigation`](Self::is_navigation), for all methods.
    ///
    /// ```
    /// # use axum::response::{Html, IntoResponse};
    /// # use session_axum::{MemoryStore, Rejection, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .on_refusal(|refusal, request| match request.is_shown_as_page() {
    ///         true => (refusal.status(), Html("<a href=/login>Log in</a>")).into_response(),
    ///         false => Rejection::from(refusal.clone()).into_response(),
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn is_shown_as_page(&self) -> bool {
        is_shown_as_page(&self.headers)
    }

    /// Whether a browser's `EventSource` asks: GET with `text/event-stream` in `Accept`. A 204 tells it not to
    /// ask again.
    ///
    /// ```
    /// # use axum::{http::StatusCode, response::IntoResponse};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .on_refusal(|refusal, request| match request.is_event_stream() {
    ///         true if refusal.is_cured_by_log_in() => StatusCode::NO_CONTENT.into_response(),
    ///         _ => refusal.status().into_response(),
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn is_event_stream(&self) -> bool {
        is_event_stream(&self.method, &self.headers)
    }
}

/// The headers are not printed: the cookies are among them.
impl fmt::Debug for RequestHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}

/// The URI that was asked for, all of it.
pub(crate) fn original_uri(parts: &Parts) -> &Uri {
    parts.extensions.get().map_or(&parts.uri, |OriginalUri(uri)| uri)
}

pub(crate) fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    matches!(*method, Method::GET | Method::HEAD) && is_shown_as_page(headers)
}

fn is_shown_as_page(headers: &HeaderMap) -> bool {
    match headers.get(SEC_FETCH_MODE) {
        Some(mode) => mode == "navigate",
        None => accepts(headers, b"text/html"),
    }
}

pub(crate) fn is_event_stream(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::GET && accepts(headers, b"text/event-stream")
}

fn accepts(headers: &HeaderMap, wanted: &[u8]) -> bool {
    headers.get_all(ACCEPT).iter().any(|line| {
        line.as_bytes()
            .split(|&byte| byte == b',')
            .filter_map(|range| range.split(|&byte| byte == b';').next())
            .any(|media| media.trim_ascii().eq_ignore_ascii_case(wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn head(method: &str, headers: &[(&str, &str)]) -> RequestHead {
        let mut request = Request::builder().method(method).uri("/page?token=secret");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        RequestHead::of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_navigation_says_so_or_accepts_html() {
        let browser = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        for (headers, expected) in [
            (&[("sec-fetch-mode", "navigate")][..], true),
            (&[("sec-fetch-mode", "navigate"), ("accept", "*/*")], true),
            (&[("sec-fetch-mode", "cors"), browser], false),
            (&[("sec-fetch-mode", ""), browser], false),
            (&[browser], true),
            (&[("accept", "application/json, Text/HTML;q=0.9")], true),
            (&[("accept", "application/json"), browser], true),
            (&[("accept", "text/html+json")], false),
            (&[("accept", "*/*")], false),
            (&[], false),
        ] {
            assert_eq!(head("GET", headers).is_navigation(), expected, "{headers:?}");
            assert_eq!(head("HEAD", headers).is_navigation(), expected, "{headers:?}");
            assert!(!head("POST", headers).is_navigation(), "{headers:?}");
            assert_eq!(head("POST", headers).is_shown_as_page(), expected, "{headers:?}");
            assert_eq!(head("GET", headers).is_shown_as_page(), expected, "{headers:?}");
        }
    }

    #[test]
    fn an_event_source_says_so() {
        let head = |method, accept| head(method, &[("accept", accept)]);
        assert!(head("GET", "text/event-stream").is_event_stream());
        assert!(!head("GET", "text/html").is_event_stream());
        assert!(!head("GET", "*/*").is_event_stream());
        assert!(!head("POST", "text/event-stream").is_event_stream());
    }

    #[test]
    fn no_secret_is_printed() {
        let printed = format!("{:?}", head("GET", &[("cookie", "session=secret")]));
        assert_eq!(printed, "RequestHead { method: GET, path: \"/page\", .. }");
    }
}
