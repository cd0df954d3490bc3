//! An HTTP client with a cookie jar, as a browser has one: it calls a router in this process.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AsHeaderName, CACHE_CONTROL, COOKIE, HeaderMap, SET_COOKIE, VARY};
use axum::http::{Method, Request, Response, StatusCode};
use tower::ServiceExt;

/// The session's cookie, unless a builder says otherwise.
pub const COOKIE_NAME: &str = "__Host-session";

/// A client with a cookie jar. A clone is a second tab, or a thief with a copy of the jar.
#[derive(Clone, Debug)]
pub struct Client {
    router: Router,
    jar: BTreeMap<String, String>,
}

/// A response with all of its body.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Client {
    /// A client with an empty jar.
    pub fn new(router: &Router) -> Self {
        Self { router: router.clone(), jar: BTreeMap::new() }
    }

    /// A client whose session cookie has this value.
    pub fn with_session(router: &Router, value: &str) -> Self {
        let mut client = Self::new(router);
        client.set(COOKIE_NAME, value);
        client
    }

    /// A copy of the jar, for another node or release of the application.
    pub fn at(&self, router: &Router) -> Self {
        Self { router: router.clone(), jar: self.jar.clone() }
    }

    /// Puts a cookie into the jar.
    pub fn set(&mut self, name: &str, value: &str) {
        self.jar.insert(name.to_owned(), value.to_owned());
    }

    /// Takes a cookie out of the jar.
    pub fn forget(&mut self, name: &str) {
        self.jar.remove(name);
    }

    /// Calls this router from now on: another node of the application, or another release.
    pub fn switch_to(&mut self, router: &Router) -> &mut Self {
        self.router = router.clone();
        self
    }

    /// The value of the session cookie in the jar.
    pub fn session(&self) -> Option<&str> {
        self.cookie(COOKIE_NAME)
    }

    /// The value of a cookie in the jar.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.jar.get(name).map(String::as_str)
    }

    /// Sends a GET.
    pub async fn get(&mut self, path: &str) -> Reply {
        self.ask(Method::GET, path).await
    }

    /// Sends a POST without a body.
    pub async fn post(&mut self, path: &str) -> Reply {
        self.ask(Method::POST, path).await
    }

    /// Sends a request without a body.
    pub async fn ask(&mut self, method: Method, path: &str) -> Reply {
        let request = Request::builder().method(method).uri(path);
        self.send(request.body(Body::empty()).expect("a method and a path")).await
    }

    /// Sends a request, with the jar's cookies, and reads all of the answer.
    pub async fn send(&mut self, request: Request<Body>) -> Reply {
        let (parts, body) = self.open(request).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the body comes to an end");
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.into()).expect("it is text"),
        }
    }

    /// Sends a request, with the jar's cookies, and leaves the body to be read.
    pub async fn open(&mut self, mut request: Request<Body>) -> Response<Body> {
        if !self.jar.is_empty() {
            let pairs: Vec<_> =
                self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let line = pairs.join("; ").try_into().expect("it came in a header");
            request.headers_mut().append(COOKIE, line);
        }
        let Ok(response) = self.router.clone().oneshot(request).await;
        for line in response.headers().get_all(SET_COOKIE) {
            self.store_cookie(line.to_str().expect("cookies are ASCII"));
        }
        response
    }

    /// Takes the cookies of a reply that another tab got: a browser's tabs have one jar.
    pub fn receive(&mut self, reply: &Reply) {
        for line in reply.set_cookies() {
            self.store_cookie(line);
        }
    }

    fn store_cookie(&mut self, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').expect("a cookie is a pair");
        if attributes.split(';').any(|attribute| attribute.trim() == "Max-Age=0") {
            self.jar.remove(name);
        } else {
            self.set(name, value);
        }
    }
}

impl Reply {
    /// The body, after the status was seen to be 200.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        self.body
    }

    /// All `Set-Cookie` lines.
    pub fn set_cookies(&self) -> Vec<&str> {
        let lines = self.headers.get_all(SET_COOKIE).iter();
        lines.map(|line| line.to_str().expect("cookies are ASCII")).collect()
    }

    /// The `Set-Cookie` line for the session, after it was seen that there are not two.
    #[track_caller]
    pub fn set_cookie(&self) -> Option<&str> {
        let lines = self.set_cookies().into_iter();
        let ours: Vec<_> = lines.filter(|line| line.starts_with("__Host-session=")).collect();
        assert!(ours.len() <= 1, "{ours:?}");
        ours.first().copied()
    }

    /// A header, its lines joined by commas; empty without one.
    pub fn header(&self, name: impl AsHeaderName) -> String {
        let lines = self.headers.get_all(name).iter();
        let lines: Vec<_> = lines.map(|line| line.to_str().expect("it is ASCII")).collect();
        lines.join(", ")
    }

    /// What concerns the session, on one line: `200, cookie set, Vary: Cookie, Cache-Control: no-store`.
    ///
    /// Without a cookie, `no-store` is not told of: whoever is logged in gets it each time.
    #[track_caller]
    pub fn summary(&self) -> String {
        let cookie = match self.set_cookie() {
            None => "no Set-Cookie",
            Some(line) if line.contains("Max-Age=0") => "cookie removed",
            Some(_) => "cookie set",
        };
        let mut summary = vec![self.status.as_u16().to_string(), cookie.to_owned()];
        for (name, header) in [("Vary", VARY), ("Cache-Control", CACHE_CONTROL)] {
            let value = self.header(header);
            let is_private = value == "no-store" && self.set_cookie().is_none();
            if !value.is_empty() && !is_private {
                summary.push(format!("{name}: {value}"));
            }
        }
        summary.join(", ")
    }
}
