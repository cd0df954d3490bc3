//! A visitor without a screen: asks a router in this process, and keeps the session's cookie as a browser does.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use tower::ServiceExt;

/// Somebody with at most one cookie. A clone is another request of the same browser, on its way at the same time.
///
/// Which router is asked is said each time: they may be nodes of one application, or releases of it.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    cookie: Option<String>,
}

/// What a visitor was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The `Set-Cookie` header, if there was one.
    pub set_cookie: Option<String>,
    /// The body.
    pub body: String,
}

impl Visitor {
    /// Somebody without a cookie.
    pub fn new() -> Self {
        Self::default()
    }

    /// Somebody with this cookie: `name=value`.
    pub fn with_cookie(cookie: &str) -> Self {
        Self {
            cookie: Some(cookie.to_owned()),
        }
    }

    /// The cookie, as `name=value`.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Sends a GET.
    pub async fn get(&mut self, app: &Router, path: &str) -> Answer {
        self.send(app, Method::GET, path).await
    }

    /// Sends a POST without a body.
    pub async fn post(&mut self, app: &Router, path: &str) -> Answer {
        self.send(app, Method::POST, path).await
    }

    async fn send(&mut self, app: &Router, method: Method, path: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let request = request.body(Body::empty()).expect("the path is one");
        let Ok(response) = app.clone().oneshot(request).await;

        let lines: Vec<_> = response.headers().get_all(SET_COOKIE).iter().collect();
        assert!(lines.len() <= 1, "more than one cookie: {lines:?}");
        let set_cookie = lines.first().map(|line| {
            let line = line.to_str().expect("a cookie is ASCII");
            line.to_owned()
        });
        if let Some(line) = &set_cookie {
            self.keep(line);
        }
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX)
            .await
            .expect("it has a body, if an empty one");
        let body = String::from_utf8(body.into()).expect("it is text");
        Answer {
            status,
            set_cookie,
            body,
        }
    }

    fn keep(&mut self, line: &str) {
        let (cookie, attributes) = line.split_once(';').unwrap_or((line, ""));
        let removed = attributes.split(';').any(|part| part.trim() == "Max-Age=0");
        self.cookie = (!removed).then(|| cookie.to_owned());
    }
}

impl Answer {
    /// The body, after the status was seen to be 200.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        self.body
    }

    /// Whether it is this status, and leaves the cookie alone.
    pub fn is_bare(&self, status: StatusCode) -> bool {
        self.status == status && self.set_cookie.is_none()
    }
}
