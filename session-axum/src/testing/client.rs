//! A browser without a window: it calls an application in this process, and keeps its cookies.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::response::IntoResponse as _;
use axum::{BoxError, Form, Json};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use serde::Serialize;
use session_core::SessionState;
use tower_service::Service;

use super::application::{Application, Cloned};
use super::clock::Clock;
use super::jar::{Circumstances, Initiator, Jar};
use super::reply::Reply;
use super::sender::{Page, Sender};
use super::sign_in::{authorization, begin};
use super::site::Site;
use super::streaming::Streaming;
use crate::sessions::Sessions;

/// After as many redirects, browsers give up.
const MAX_REDIRECTS: usize = 20;

/// A browser without a window: it calls an application in this process, keeps its cookies as browsers
/// do, and sends what they send.
///
/// Cookies follow their attributes: `Path`, `Domain`, `Secure`, `Max-Age` and `Expires`, `SameSite`, and
/// the prefixes `__Host-` and `__Secure-`. Requests come from a page of the application itself: they have
/// `Host`, `Sec-Fetch-Site` and, where they are unsafe, `Origin`. A header that a request brings
/// itself stays as it is.
///
/// **A clone is another tab** of the same browser: the cookies are the same ones. So are
/// [`cross_site`](Self::cross_site), [`navigating`](Self::navigating) and the others that answer a
/// client. [`copy`](Self::copy) is another browser.
///
/// ```
/// use axum::{Router, extract::FromRef, routing::post};
/// use session_axum::testing::Client;
/// use session_axum::{MemoryStore, Sessions, require_session, session};
///
/// #[session]
/// struct Shop { visits: u64 }
///
/// #[require_session]
/// async fn visit(shop: &mut Shop) -> String {
///     shop.visits += 1;
///     shop.visits.to_string()
/// }
///
/// #[derive(Clone, FromRef)]
/// struct App { sessions: Sessions<Shop> }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
/// let sessions = Sessions::builder(MemoryStore::new()).build()?;
/// let client = Client::new(Router::new().route("/visit", post(visit)).with_state(App { sessions }));
/// assert_eq!(client.post("/visit").await.text(), "1");
/// assert_eq!(client.post("/visit").await.text(), "2");
/// client.cross_site("https://evil.example").post("/visit").await.assert_status(403);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[doc(alias("browser", "test_client"))]
pub struct Client {
    application: Arc<dyn Application>,
    jar: Arc<Mutex<Jar>>,
    clock: Option<Clock>,
    site: Site,
    sender: Sender,
    follows: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Client {
    /// A browser without cookies, on `https://shop.example`.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome"));
    /// let client = Client::new(app);
    /// client.get("/").await.assert_status(200);
    /// # }
    /// ```
    pub fn new<S, B>(application: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self {
            application: Arc::new(Cloned(Mutex::new(application))),
            jar: Arc::default(),
            clock: None,
            site: Site::parse("https://shop.example"),
            sender: Sender::default(),
            follows: false,
            headers: Vec::new(),
        }
    }

    /// The same browser, calling another node of the application, or another release.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let node = Client::new(app(sessions.clone()));
    /// node.post("/visit").await.assert_status(200);
    /// let other = node.at(app(sessions));
    /// assert_eq!(other.post("/visit").await.text(), "2");
    /// # Ok(()) }
    /// ```
    pub fn at<S, B>(&self, application: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self { application: Arc::new(Cloned(Mutex::new(application))), ..self.clone() }
    }

    /// Another browser, with a copy of the cookies as they are now: a thief's.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let owner = Client::new(app(sessions));
    /// owner.post("/visit").await.assert_status(200);
    /// let thief = owner.copy();
    /// assert_eq!(thief.post("/visit").await.text(), "2");     // a cookie is good for whoever has it
    /// # Ok(()) }
    /// ```
    pub fn copy(&self) -> Self {
        let jar = Arc::new(Mutex::new(self.jar().clone()));
        Self { jar, ..self.clone() }
    }

    /// The same browser at another address of the application, `http://localhost:3000` say: no
    /// browser keeps a `Secure` cookie over plain http, but from this machine.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let client = Client::new(app(sessions)).base_url("http://shop.example");
    /// client.post("/visit").await.assert_status(200);
    /// assert_eq!(client.cookie("__Host-session"), None);      // no `Secure` cookie without TLS
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn base_url(self, url: &str) -> Self {
        Self { site: Site::parse(url), ..self }
    }

    /// The same browser, whose cookies expire by this clock.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, Clock};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// let clock = Clock::new();
    /// let sessions = Sessions::builder(MemoryStore::new()).clock(clock.reader()).build()?;
    /// let client = Client::new(app(sessions)).clock(&clock);
    /// client.post("/visit").await.assert_status(200);
    /// clock.advance(std::time::Duration::from_secs(3600));
    /// assert_eq!(client.post("/visit").await.text(), "1");    // another session
    /// # Ok(()) }
    /// ```
    pub fn clock(self, clock: &Clock) -> Self {
        Self { clock: Some(clock.clone()), ..self }
    }

    /// The same browser, which sends this header with every request: `User-Agent`, say.
    ///
    /// ```
    /// # use axum::{Router, http::HeaderMap, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async |headers: HeaderMap| headers["user-agent"].to_str().unwrap().to_owned()));
    /// let client = Client::new(app).header("User-Agent", "Firefox");
    /// assert_eq!(client.get("/").await.text(), "Firefox");
    /// # }
    /// ```
    ///
    /// # Panics
    /// If it cannot be a header.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("it is a header's name");
        let value = HeaderValue::try_from(value).expect("it is a header's value");
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
        self
    }

    /// The same browser, where it leaves a page for another: it asks for HTML, as
    /// [`RequestHead::is_navigation`](crate::RequestHead::is_navigation) and `or_redirect` see. A
    /// [`form`](Self::form) always does. Without it, a script of the page sends the request.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::get};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # #[require_session(authenticated, or_redirect = "/login")] async fn desk(_: &Shop) {}
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/desk", get(desk)).with_state(App { sessions: Sessions::builder(MemoryStore::new()).build().unwrap() });
    /// let client = Client::new(app);
    /// client.navigating().get("/desk").await.assert_redirect("/login?next=%2Fdesk");
    /// client.get("/desk").await.assert_status(401);           // a script gets the status
    /// # }
    /// ```
    pub fn navigating(&self) -> Self {
        Self { sender: self.sender.clone().navigating(), ..self.clone() }
    }

    /// The same browser, which follows redirects within the application.
    ///
    /// ```
    /// # use axum::{Router, response::Redirect, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/old", get(async || Redirect::to("/new"))).route("/new", get(async || "here"));
    /// let client = Client::new(app).following_redirects();
    /// assert_eq!(client.get("/old").await.text(), "here");
    /// # }
    /// ```
    pub fn following_redirects(&self) -> Self {
        Self { follows: true, ..self.clone() }
    }

    /// The same browser on a page of another site, `https://evil.example` say, which sends its requests here:
    /// cookies with `SameSite` stay behind. A link is [`navigating`](Self::navigating), and brings those
    /// that are `Lax`.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let client = Client::new(app(sessions));
    /// client.cross_site("https://evil.example").post("/visit").await.assert_status(403);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn cross_site(&self, origin: &str) -> Self {
        Self {
            sender: self.sender.clone().on_page(Page::OtherSite(Site::parse(origin))),
            ..self.clone()
        }
    }

    /// A program with the browser's cookies: it sends neither `Sec-Fetch-Site` nor `Origin`.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let script = Client::new(app(sessions)).as_script();
    /// script.post("/visit").await.assert_status(200);         // it says nothing of an origin, as `curl` does
    /// # Ok(()) }
    /// ```
    pub fn as_script(&self) -> Self {
        Self { sender: self.sender.clone().on_page(Page::None), ..self.clone() }
    }

    /// A program without the browser's cookies, which shows this bearer token with every request: `token.expose()`,
    /// or what a log-in has answered.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, bearer_token};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session(authenticated)] async fn visit(shop: &mut Shop) { shop.visits += 1; }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// let sessions = Sessions::builder(MemoryStore::new()).bearer().build()?;
    /// let token = bearer_token(&sessions, Shop { user: Some(7), visits: 1 }).await;
    /// let phone = Client::new(app(sessions)).with_bearer_token(token.expose());
    /// phone.post("/visit").await.assert_status(200);
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    /// If it cannot be in a header.
    #[track_caller]
    pub fn with_bearer_token(&self, token: &str) -> Self {
        let mut client = Self { jar: Arc::default(), ..self.as_script() };
        client.headers.retain(|(name, _)| *name != AUTHORIZATION);
        client.headers.push((AUTHORIZATION, authorization(token)));
        client
    }

    /// The `Authorization` header that it sends.
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.headers.iter().find(|(name, _)| *name == AUTHORIZATION).map(|(_, value)| value)
    }

    /// Sends a GET.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome").post(async || "thanks").delete(async || "gone"));
    /// assert_eq!(Client::new(app).get("/").await.text(), "welcome");
    /// # }
    /// ```
    pub async fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path).await
    }

    /// Sends a POST without a body.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome").post(async || "thanks").delete(async || "gone"));
    /// assert_eq!(Client::new(app).post("/").await.text(), "thanks");
    /// # }
    /// ```
    pub async fn post(&self, path: &str) -> Reply {
        self.request(Method::POST, path).await
    }

    /// Sends a request without a body.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome").post(async || "thanks").delete(async || "gone"));
    /// use axum::http::Method;
    ///
    /// Client::new(app).request(Method::DELETE, "/").await.assert_status(200);
    /// # }
    /// ```
    pub async fn request(&self, method: Method, path: &str) -> Reply {
        self.send(empty(method, path)).await
    }

    /// Submits a form, as a page does: the body has the fields of a struct, or pairs.
    ///
    /// ```
    /// # use axum::{Form, Router, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use std::collections::HashMap;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/log-in", post(async |Form(login): Form<HashMap<String, String>>| format!("welcome, {}", login["name"])));
    /// let reply = Client::new(app).form("/log-in", &[("name", "ann"), ("password", "secret")]).await;
    /// assert_eq!(reply.text(), "welcome, ann");
    /// # }
    /// ```
    ///
    /// # Panics
    /// If a form cannot hold that.
    pub async fn form(&self, path: &str, fields: &(impl Serialize + ?Sized)) -> Reply {
        let encoded = Form(fields).into_response();
        self.navigating().send(with_body(path, encoded)).await
    }

    /// Posts a value as JSON.
    ///
    /// ```
    /// # use axum::{Json, Router, routing::post};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/cart", post(async |Json(cart): Json<Vec<String>>| Json(cart.len())));
    /// let reply = Client::new(app).json("/cart", &["tea", "milk"]).await;
    /// assert_eq!(reply.json::<usize>(), 2);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If JSON cannot hold that.
    pub async fn json(&self, path: &str, value: &(impl Serialize + ?Sized)) -> Reply {
        self.send(with_body(path, Json(value).into_response())).await
    }

    /// Sends any request: `Request::put("/cart").body("tea".into())`. The cookies are added.
    ///
    /// ```
    /// # use axum::{Router, routing::put};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/cart", put(async |sku: String| sku));
    /// use axum::http::Request;
    ///
    /// let request = Request::put("/cart").body("tea".into()).unwrap();
    /// assert_eq!(Client::new(app).send(request).await.text(), "tea");
    /// # }
    /// ```
    pub async fn send(&self, request: Request<Body>) -> Reply {
        self.exchange(request).await.rest().await
    }

    /// Sends a GET, and leaves the body to be read as it comes: an event stream's. For other requests
    /// there is [`stream`](Self::stream).
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome").post(async || "thanks").delete(async || "gone"));
    /// let mut stream = Client::new(app).open("/").await;
    /// assert_eq!(stream.text().await.as_deref(), Some("welcome"));
    /// # }
    /// ```
    pub async fn open(&self, path: &str) -> Streaming {
        self.stream(empty(Method::GET, path)).await
    }

    /// Sends any request, and leaves the body to be read as it comes.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome").post(async || "thanks").delete(async || "gone"));
    /// use axum::http::Request;
    ///
    /// let request = Request::post("/").body("".into()).unwrap();
    /// let mut stream = Client::new(app).stream(request).await;
    /// assert_eq!(stream.text().await.as_deref(), Some("thanks"));
    /// # }
    /// ```
    pub async fn stream(&self, request: Request<Body>) -> Streaming {
        self.exchange(request).await
    }

    /// Stores a session with this state, logged in as whom it says, and puts its cookie into the
    /// jar: see [`sign_in`](super::sign_in()).
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let client = Client::new(app(sessions.clone()));
    /// client.sign_in(&sessions, Shop { user: Some(7), visits: 41 }).await;
    /// assert_eq!(client.post("/visit").await.text(), "42");
    /// # Ok(()) }
    /// ```
    pub async fn sign_in<T: SessionState>(&self, sessions: &Sessions<T>, state: T) {
        let request = self.circumstances("/", Initiator::SameSite);
        for line in begin(sessions, state).await {
            let line = line.to_str().expect("cookies are ASCII");
            self.jar().receive(line, &request);
        }
    }

    /// The value of a cookie in the jar: the session's is `__Host-session` unless told otherwise.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let client = Client::new(app(sessions));
    /// client.post("/visit").await.assert_status(200);
    /// assert_eq!(client.cookie("__Host-session").unwrap().len(), 64);
    /// # Ok(()) }
    /// ```
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar().value(name, &self.site, self.now())
    }

    /// The `Cookie` header that a page of the application sends to this path; none without cookies.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let client = Client::new(app(sessions));
    /// assert!(client.cookies("/").is_none());
    /// client.post("/visit").await.assert_status(200);
    /// let header = client.cookies("/").unwrap();              // for a WebSocket client, say
    /// assert!(header.to_str().unwrap().starts_with("__Host-session="));
    /// # Ok(()) }
    /// ```
    pub fn cookies(&self, path: &str) -> Option<HeaderValue> {
        let header = self.jar().header(&self.circumstances(path, Initiator::SameSite))?;
        Some(HeaderValue::try_from(header).expect("it came in headers"))
    }

    /// Puts a cookie into the jar, for this host.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let client = Client::new(app(sessions));
    /// client.set_cookie("__Host-session", "forged");
    /// assert_eq!(client.post("/visit").await.text(), "1");    // as anybody without a session
    /// # Ok(()) }
    /// ```
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar().set(name, value, &self.site);
    }

    /// Takes a cookie out of the jar.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let client = Client::new(app(sessions));
    /// client.post("/visit").await.assert_status(200);
    /// client.remove_cookie("__Host-session");
    /// assert_eq!(client.post("/visit").await.text(), "1");
    /// # Ok(()) }
    /// ```
    pub fn remove_cookie(&self, name: &str) {
        self.jar().remove(name, &self.site);
    }

    /// Closes the browser and starts it anew: only cookies with a limit of their own are left.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let client = Client::new(app(sessions));
    /// client.post("/visit").await.assert_status(200);
    /// client.restart();
    /// assert_eq!(client.cookie("__Host-session"), None);      // nobody asked to be remembered
    /// # Ok(()) }
    /// ```
    pub fn restart(&self) {
        self.jar().close();
    }

    /// Takes the `Set-Cookie` lines of a reply to another client, as if they had come here.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
    /// let (client, other) = (Client::new(app(sessions.clone())), Client::new(app(sessions)));
    /// let reply = client.post("/visit").await;
    /// other.receive(&reply);
    /// assert_eq!(other.post("/visit").await.text(), "2");
    /// # Ok(()) }
    /// ```
    pub fn receive(&self, reply: &Reply) {
        let request = self.circumstances("/", Initiator::SameSite);
        for line in reply.set_cookies() {
            self.jar().receive(line, &request);
        }
    }

    async fn exchange(&self, request: Request<Body>) -> Streaming {
        if !self.follows {
            return self.call(request).await;
        }
        let (mut parts, body) = request.into_parts();
        let mut body = to_bytes(body, usize::MAX).await.expect("the test's own body");
        for _ in 0..=MAX_REDIRECTS {
            let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
            let reply = self.call(request).await;
            let asked = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            let location = reply.headers.get(LOCATION).and_then(|to| to.to_str().ok());
            let to = location.and_then(|location| self.site.resolve(asked, location));
            let (true, Some(to)) = (reply.status.is_redirection(), to) else { return reply };
            let keeps_method = matches!(
                reply.status,
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
            );
            if !keeps_method {
                if parts.method != Method::HEAD {
                    parts.method = Method::GET;
                }
                for name in [CONTENT_TYPE, CONTENT_LENGTH] {
                    parts.headers.remove(name);
                }
                body = Bytes::new();
            }
            parts.uri = to.parse().expect("a path to redirect to");
        }
        panic!("it redirects again and again, at last to {}", parts.uri)
    }

    async fn call(&self, mut request: Request<Body>) -> Streaming {
        let path = request.uri().path().to_owned();
        let label = format!("{} {}", request.method(), request.uri());
        let initiator = self.sender.initiator(request.method());
        let cookies = self.jar().header(&self.circumstances(&path, initiator));
        if let Some(cookies) = cookies {
            let value = HeaderValue::try_from(cookies).expect("it came in headers");
            request.headers_mut().append(COOKIE, value);
        }
        let headers = self.sender.headers(&self.site, request.method());
        for (name, value) in self.headers.iter().cloned().chain(headers) {
            request.headers_mut().entry(name).or_insert(value);
        }
        let response = self.application.call(request).await;
        for line in response.headers().get_all(SET_COOKIE) {
            let line = line.to_str().expect("cookies are ASCII");
            self.jar().receive(line, &self.circumstances(&path, initiator));
        }
        let (parts, body) = response.into_parts();
        Streaming { status: parts.status, headers: parts.headers, body, request: label }
    }

    fn circumstances<'a>(&'a self, path: &'a str, initiator: Initiator) -> Circumstances<'a> {
        Circumstances { site: &self.site, path, initiator, now: self.now() }
    }

    fn now(&self) -> SystemTime {
        self.clock.as_ref().map_or_else(SystemTime::now, |clock| clock.now().into())
    }

    fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("site", &self.site.origin).finish_non_exhaustive()
    }
}

fn empty(method: Method, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request.body(Body::empty()).unwrap_or_else(|error| panic!("`{path}` is no path: {error}"))
}

/// A POST with the type and the body of what a response was made of.
fn with_body(path: &str, encoded: Response<Body>) -> Request<Body> {
    assert!(encoded.status().is_success(), "the body of the request cannot be encoded");
    let mut request = empty(Method::POST, path);
    let (parts, body) = encoded.into_parts();
    if let Some(of) = parts.headers.get(CONTENT_TYPE) {
        request.headers_mut().insert(CONTENT_TYPE, of.clone());
    }
    *request.body_mut() = body;
    request
}
