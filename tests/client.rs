//! The testing kit's client with what our own tests ask besides: no header but the cookies, and what concerns the
//! session on one line.

use std::collections::BTreeMap;
use std::ops::Deref;

use axum::Router;
use axum::body::Body;
use axum::http::header::{AsHeaderName, CACHE_CONTROL, VARY};
use axum::http::{Method, Request, Response, StatusCode};
use session_axum::testing;

/// The session's cookie, unless a builder says otherwise.
pub const COOKIE_NAME: &str = "__Host-session";

/// A client with a cookie jar, which sends nothing but its cookies. A clone is a thief with a copy of
/// the jar.
#[derive(Debug)]
pub struct Client {
    browser: testing::Client,
    /// What is in its jar.
    cookies: BTreeMap<String, String>,
}

/// A response with all of its body.
#[derive(Debug)]
pub struct Reply {
    reply: testing::Reply,
    /// The body.
    pub body: String,
}

impl Client {
    /// A client with an empty jar.
    pub fn new(router: &Router) -> Self {
        let browser = testing::Client::new(router.clone()).as_script();
        Self { browser, cookies: BTreeMap::new() }
    }

    /// A client whose session cookie has this value.
    pub fn with_session(router: &Router, value: &str) -> Self {
        let mut client = Self::new(router);
        client.set(COOKIE_NAME, value);
        client
    }

    /// A copy of the jar, for another node or release of the application.
    pub fn at(&self, router: &Router) -> Self {
        let mut copy = self.clone();
        copy.switch_to(router);
        copy
    }

    /// Puts a cookie into the jar.
    pub fn set(&mut self, name: &str, value: &str) {
        self.browser.set_cookie(name, value);
        self.look();
    }

    /// Takes a cookie out of the jar.
    pub fn forget(&mut self, name: &str) {
        self.browser.remove_cookie(name);
        self.look();
    }

    /// Calls this router from now on: another node of the application, or another release.
    pub fn switch_to(&mut self, router: &Router) -> &mut Self {
        self.browser = self.browser.at(router.clone());
        self
    }

    /// The value of the session cookie in the jar.
    pub fn session(&self) -> Option<&str> {
        self.cookie(COOKIE_NAME)
    }

    /// The value of a cookie in the jar.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
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
        let reply = self.browser.send(request).await;
        self.look();
        let body = reply.text().to_owned();
        Reply { reply, body }
    }

    /// Sends a request, with the jar's cookies, and leaves the body to be read.
    pub async fn open(&mut self, request: Request<Body>) -> Response<Body> {
        let streaming = self.browser.stream(request).await;
        self.look();
        let mut response = Response::new(streaming.body);
        *response.status_mut() = streaming.status;
        *response.headers_mut() = streaming.headers;
        response
    }

    /// Takes the cookies of a reply that another tab got: a browser's tabs have one jar.
    pub fn receive(&mut self, reply: &Reply) {
        self.browser.receive(&reply.reply);
        self.look();
    }

    fn look(&mut self) {
        let header = self.browser.cookies("/");
        let pairs = header.iter().flat_map(|header| {
            let pairs = header.to_str().expect("cookies are ASCII").split("; ");
            // A test may put anything into the jar.
            pairs.filter_map(|pair| pair.split_once('='))
        });
        self.cookies = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    }
}

impl Clone for Client {
    fn clone(&self) -> Self {
        Self { browser: self.browser.copy(), cookies: self.cookies.clone() }
    }
}

impl Deref for Reply {
    type Target = testing::Reply;

    fn deref(&self) -> &testing::Reply {
        &self.reply
    }
}

impl Reply {
    /// The body, after the status was seen to be 200.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        self.body
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
