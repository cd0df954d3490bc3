//! Puts `Sessions<T>` together.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum_core::response::Response;
use http::request::Parts;
use session_core::store::Store;
use session_core::{
    BuildError, Engine, EngineBuilder, Imported, Lifetime, OriginError, PrivatePages, Random,
    Refusal, Sealing, SessionCookie, SessionEvent, SessionState, Timestamp, WithPrincipal,
};

use crate::rejection::Renderer;
use crate::request_head::RequestHead;
use crate::sessions::Sessions;

/// The builder of [`Sessions`], from [`Sessions::builder`]. Every step is optional.
///
/// ```
/// # use session_axum::{SessionCookie, Lifetime, MemoryStore, Sessions, session};
/// # use std::time::Duration;
/// # #[session] struct Admin { name: String }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::<Admin>::builder(MemoryStore::new())
///     .cookie(SessionCookie::host("admin")?.strict())
///     .lifetime(Lifetime::AAL3)
///     .deadline(Duration::from_millis(500))
///     .build()?;
/// # Ok(()) }
/// ```
#[must_use = "sessions are built by `.build()`"]
pub struct Builder<T> {
    engine: EngineBuilder<T>,
    renderer: Option<Renderer>,
}

impl<T: SessionState> Sessions<T> {
    /// Begins with a store; everything else has a safe default.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # Ok(()) }
    /// ```
    pub fn builder(store: impl Store) -> Builder<T> {
        Builder::new(Engine::builder(store))
    }
}

impl<T: SessionState> Builder<T> {
    pub(crate) fn new(engine: EngineBuilder<T>) -> Self {
        Self { engine, renderer: None }
    }

    fn map(self, step: impl FnOnce(EngineBuilder<T>) -> EngineBuilder<T>) -> Self {
        Self { engine: step(self.engine), ..self }
    }

    /// The name that tells these sessions from others: [`SessionState::NAME`] unless told
    /// otherwise. It is part of what is stored: sessions of one type for two purposes (the public
    /// site and the back office) have two names, and a session of one is nobody's in the other.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = MemoryStore::new();
    /// let shop = Sessions::<Shop>::builder(store.clone()).build()?;               // "Shop"
    /// let office = Sessions::<Shop>::builder(store).name("office").build()?;      // the same type, other sessions
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `build` refuses an empty one, one over 64 bytes, and one with control characters.
    pub fn name(self, name: &str) -> Self {
        self.map(|engine| engine.name(name))
    }

    /// Sets the session cookie: [`SessionCookie::default`] unless told otherwise. Two session
    /// types of one application need two cookies.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, SessionCookie, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .cookie(SessionCookie::host("shop")?)       // __Host-shop
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn cookie(self, cookie: SessionCookie) -> Self {
        self.map(|engine| engine.cookie(cookie))
    }

    /// Sets what browsers and caches may keep of the responses to somebody who is logged in:
    /// [nothing](PrivatePages::NoStore) unless told otherwise, so that after a log-out the back
    /// button shows no page of before. A response that has a `Cache-Control` of its own keeps it.
    ///
    /// ```
    /// # use session_axum::{BuildError, MemoryStore, PrivatePages, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), BuildError> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .cache_control(PrivatePages::NoCache)       // the back button may be quicker than a log-out
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn cache_control(self, pages: PrivatePages) -> Self {
        self.map(|engine| engine.cache_control(pages))
    }

    /// Lets pages of this origin (`https://app.example.com`) act on sessions here.
    ///
    /// Handlers with a session refuse every unsafe method (all but GET, HEAD and OPTIONS) and
    /// every WebSocket that comes from another origin, by `Sec-Fetch-Site` or else by `Origin`.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let api = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .trusted_origin("https://app.example.com")?     // whose pages call this API
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When it is not spelled as browsers spell an origin.
    #[doc(alias("csrf", "cors", "origin", "cross_origin"))]
    pub fn trusted_origin(self, origin: &str) -> Result<Self, OriginError> {
        let engine = self.engine.trusted_origin(origin)?;
        Ok(Self { engine, ..self })
    }

    /// Refuses unsafe methods without `Sec-Fetch-Site` and `Origin` too. Every current browser
    /// sends one of them; scripts and other services do not.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let for_browsers_alone = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .refuse_requests_without_origin()
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn refuse_requests_without_origin(self) -> Self {
        self.map(EngineBuilder::refuse_requests_without_origin)
    }

    /// Lets non-browser clients use the same sessions: a request without the session's cookie may show a
    /// [`BearerToken`](crate::BearerToken), `Authorization: Bearer TOKEN`, which a handler has given out by
    /// [`Session::bearer_token`](crate::Session::bearer_token). Where the request comes from is not checked then: a page
    /// cannot send the header elsewhere, unless that permits it (CORS). Beside a session cookie it counts for nothing.
    ///
    /// A secret is a cookie's or a bearer token's, never both. One session type of an application has bearer tokens.
    ///
    /// ```
    /// use axum::{Json, Router, extract::FromRef, routing::post};
    /// use session_axum::{BearerToken, Error, MemoryStore, Session, Sessions, require_session, session};
    ///
    /// #[session]
    /// struct Shop { #[session(principal)] user: Option<String> }
    ///
    /// #[require_session]
    /// async fn log_in(session: &mut Session<Shop>, user: String) -> Result<Json<BearerToken>, Error> {
    ///     session.log_in(user);           // after a look at the password
    ///     Ok(Json(session.bearer_token()?))
    /// }
    ///
    /// #[derive(Clone, FromRef)]
    /// struct App { sessions: Sessions<Shop> }
    ///
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// let sessions = Sessions::builder(MemoryStore::new()).bearer().build()?;
    /// let app: Router = Router::new().route("/api/login", post(log_in)).with_state(App { sessions });
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `build` refuses it for sealed cookies.
    #[doc(alias("jwt", "api_token", "authorization"))]
    pub fn bearer(self) -> Self {
        self.map(EngineBuilder::bearer)
    }

    /// Seals records at rest and signs tokens, so that a forged one costs no store call. Without
    /// it the store sees what is in a session, though nothing that is worth anything as a cookie.
    ///
    /// ```
    /// # use session_axum::{KeyRing, MemoryStore, Sealing, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let text = KeyRing::generate()?;      // KeyRing::from_env()? in a program
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .sealing(Sealing::Required(KeyRing::parse(&text)?))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    #[doc(alias("encrypt", "sign"))]
    pub fn sealing(self, sealing: Sealing) -> Self {
        self.map(|engine| engine.sealing(sealing))
    }

    /// Sets how long sessions live: as [`Lifetime::default`] says unless told otherwise.
    ///
    /// ```
    /// # use session_axum::{Lifetime, MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .lifetime(Lifetime::AAL3)       // 12 hours in all, 15 minutes idle
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    #[doc(alias("expire", "expiry", "timeout", "ttl", "max_age"))]
    pub fn lifetime(self, lifetime: Lifetime) -> Self {
        self.map(|engine| engine.lifetime(lifetime))
    }

    /// Limits the sessions that a principal may be logged in to at once: a log-in beyond it ends those
    /// that logged in the longest ago, however many log in at the same time, on any node.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .max_per_principal(3)           // a fourth log-in ends the oldest
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `build` refuses none at all, and any for sealed cookies, which nobody can count.
    #[doc(alias("concurrent_sessions"))]
    pub fn max_per_principal(self, sessions: u32) -> Self
    where
        T: WithPrincipal,
    {
        self.map(|engine| engine.max_per_principal(sessions))
    }

    /// Sets what is kept of the `User-Agent` of the browser that begins a session: the
    /// [label](crate::Listed::label) of device lists. Unless told otherwise that is its first 200 bytes. It is
    /// personal data, and lies in the store as it is, also where records are sealed.
    ///
    /// The function is given the header's text. What it answers is cut to 200 bytes, without control characters; on
    /// `None` nothing is kept. It runs in the middle of a request and should be quick. Sessions that are stored already
    /// keep the label that they have. Sealed cookies have none.
    ///
    /// ```
    /// # use session_axum::{BuildError, MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), BuildError> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .label(|user_agent| {
    ///         let name = ["Edg", "Firefox", "Chrome", "Safari"].into_iter().find(|name| user_agent.contains(name));
    ///         name.map(str::to_owned)                 // neither its version nor the system
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn label(self, label: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.map(|engine| engine.label(label))
    }

    /// Keeps nothing of the `User-Agent`: sessions that begin from now on have no [label](crate::Listed::label).
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).without_label().build()?;
    /// # Ok(()) }
    /// ```
    pub fn without_label(self) -> Self {
        self.map(EngineBuilder::without_label)
    }

    /// Sets how long the store may take to answer: 2 seconds unless told otherwise. Past it the
    /// request gets 503. A commit has this long in all, however many attempts it takes.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .deadline(Duration::from_millis(300))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    #[doc(alias("timeout"))]
    pub fn deadline(self, deadline: Duration) -> Self {
        self.map(|engine| engine.deadline(deadline))
    }

    /// Calls this hook with what happens to sessions, after `tracing`. It runs in the middle of a
    /// request and should be quick.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, SessionEvent, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::sync::atomic::{AtomicU64, Ordering};
    /// static STOLEN: AtomicU64 = AtomicU64::new(0);
    ///
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .on_event(|event| {
    ///         if let SessionEvent::TheftSuspected { .. } = event {
    ///             STOLEN.fetch_add(1, Ordering::Relaxed);     // for a monitor
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    #[doc(alias("metrics", "audit"))]
    pub fn on_event(self, hook: impl Fn(&SessionEvent<'_>) + Send + Sync + 'static) -> Self {
        self.map(|engine| engine.on_event(hook))
    }

    /// Sets how often expired sessions are removed from the store, on one node at a time: about once
    /// a minute unless told otherwise.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .clean_every(Duration::from_secs(600))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn clean_every(self, interval: Duration) -> Self {
        self.map(|engine| engine.clean_every(interval))
    }

    /// Removes no expired sessions: something else calls [`Sessions::clean`], on one node or on all.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).without_cleaner().build()?;
    /// let nightly = async move { sessions.clean().await };        // a job of the application's own
    /// # Ok(()) }
    /// ```
    pub fn without_cleaner(self) -> Self {
        self.map(EngineBuilder::without_cleaner)
    }

    /// Sets how often the store is asked whether live sessions ([`Live`](crate::Live)) are still alive, while it does not tell
    /// of those that end: every 5 seconds unless told otherwise. All of them are asked for together, spread over this
    /// time. It bounds how long a connection outlives its session.
    ///
    /// A store that tells of endings is asked twelve times less often, if this is more than 2 seconds.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .check_every(Duration::from_secs(1))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `build` refuses zero.
    pub fn check_every(self, interval: Duration) -> Self {
        self.map(|engine| engine.check_every(interval))
    }

    /// Goes by this clock instead of the store's, so that a test need not wait for time to pass.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Sessions, Timestamp, session};
    /// # use std::time::Duration;
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ahead = Duration::from_secs(3600);
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .clock(move || Timestamp::now().plus(ahead))        // `testing::Clock` is one to be moved by hand
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.map(|engine| engine.clock(clock))
    }

    /// Takes random bytes from here instead of from the operating system, so that a test can see what
    /// happens when the source fails or repeats itself.
    ///
    /// ```
    /// # use session_axum::{MemoryStore, Random, RandomError, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// struct Broken;
    ///
    /// impl Random for Broken {
    ///     fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
    ///         Err(RandomError::new("no entropy, says the test"))
    ///     }
    /// }
    ///
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).random(Broken).build()?;
    /// # Ok(()) }
    /// ```
    pub fn random(self, random: impl Random) -> Self {
        self.map(|engine| engine.random(random))
    }

    /// Takes over sessions that browsers have elsewhere: of the library that the application used before. Nobody is
    /// logged out by the move.
    ///
    /// `find` is asked for each request that has no session here, be it to be read or written; for an unsafe one after
    /// the check of where it comes from. It answers none if the request has no cookie of the other library, or else what
    /// looks for that session, within the store's [`deadline`](Self::deadline). What that finds is stored as a session
    /// here, with this request.
    ///
    /// However many requests of a browser come at once, to however many nodes, they make one session. Its browser
    /// is given a cookie, again and again until it shows that; from then on the old cookie is nobody's. So it is once the
    /// session here has ended, by whatever.
    ///
    /// [`revoke_all`](Sessions::revoke_all) knows nothing of sessions that were not imported yet: end those elsewhere
    /// too.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use session_axum::{Imported, MemoryStore, Sessions, session};
    /// # use axum::http::request::Parts;
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// # struct Old { cart: Vec<String>, expires: SystemTime }
    /// # fn old_cookie(parts: &Parts) -> Option<String> { None }
    /// # async fn load_old(id: &str) -> Result<Option<Old>, std::io::Error> { Ok(None) }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .import(|parts| {
    ///         let id = old_cookie(parts)?;
    ///         Some(async move {
    ///             let old = load_old(&id).await?;
    ///             let imported = |old: Old| Imported::new(&id, Shop { cart: old.cart }, old.expires);
    ///             Ok::<_, std::io::Error>(old.map(imported))
    ///         })
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// A request gets 503 if `find` fails or is too slow, and 500 if an id is shorter than 16 bytes
    /// ([`ImportError`](crate::ImportError)). `build` refuses it for sealed cookies.
    pub fn import<F, E>(self, find: impl Fn(&Parts) -> Option<F> + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Option<Imported<T>>, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.map(|engine| engine.import(find))
    }

    /// Answers every request that a guard or an extractor refuses, and every one whose changes
    /// could not be saved, in the application's own words: a page, or JSON. Without it, the answer is the
    /// [status](Refusal::status) and one sentence.
    ///
    /// A browser's event stream that lacks a log-in is to be answered 204, so that it is not asked for again:
    /// [`RequestHead::is_event_stream`] tells it.
    ///
    /// `Vary: Cookie` is added (and `Authorization`, with bearer tokens). Where a handler says `or_redirect`, a page that lacks a log-in is
    /// sent there all the same. `Rejection::from(refusal.clone()).into_response()` is the answer that there would be
    /// without this.
    ///
    /// ```
    /// use axum::Json;
    /// use axum::response::{Html, IntoResponse};
    /// use session_axum::{MemoryStore, Sessions, session};
    ///
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .on_refusal(|refusal, request| {
    ///         let status = refusal.status();
    ///         if request.is_shown_as_page() {
    ///             (status, Html(format!("<h1>{}</h1>", refusal.client_message()))).into_response()
    ///         } else {
    ///             (status, Json(refusal.client_message())).into_response()
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    #[doc(alias("error_page", "unauthorized", "handle_error"))]
    pub fn on_refusal(
        mut self,
        answer: impl Fn(&Refusal, &RequestHead) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.renderer = Some(Arc::new(answer));
        self
    }

    /// The sessions. It warns if others of this process have the same name: clone those that were
    /// built first.
    ///
    /// ```
    /// # use session_axum::{BuildError, MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    ///
    /// let error = Sessions::<Shop>::builder(MemoryStore::new()).name("").build().unwrap_err();
    /// assert_eq!(error, BuildError::Name);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When a deadline, an interval or `max_per_principal` is zero, a name cannot be one, or
    /// sealed cookies are to be sealed again, counted, imported or shown as bearer tokens.
    pub fn build(self) -> Result<Sessions<T>, BuildError> {
        Ok(Sessions::new(self.engine.build()?, self.renderer))
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("engine", &self.engine).finish_non_exhaustive()
    }
}
