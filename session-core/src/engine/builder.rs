//! Puts an `Engine<T>` together.

use std::error::Error;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Weak};
use std::time::Duration;

use http::request::Parts;

use crate::cookie::private_pages::PrivatePages;
use crate::cookie::session_cookie::SessionCookie;
use crate::crypto::random::{Random, System};
use crate::crypto::time::Timestamp;
use crate::engine::backend::Backend;
use crate::engine::build_error::BuildError;
use crate::engine::cleaner::Cleaner;
use crate::engine::cross_site::CrossSite;
use crate::engine::engine::Engine;
use crate::engine::event::SessionEvent;
use crate::engine::import::{Imported, Importer};
use crate::engine::label::Labels;
use crate::engine::lifetime::Lifetime;
use crate::engine::live::{Keeper, Registry};
use crate::engine::origin::OriginError;
use crate::engine::policy::Policy;
use crate::engine::sealing::{Sealer, Sealing};
use crate::engine::store_client::StoreClient;
use crate::state::session_state::{SessionState, WithPrincipal};
use crate::store::Store;

/// The most bytes of a name.
const MAX_NAME: usize = 64;

/// How the sessions of type `T` are to be. From [`Engine::builder`]; every step is optional.
///
/// ```
/// # use session_core::{Engine, Lifetime, MemoryStore, SessionCookie, session};
/// # use std::time::Duration;
/// # #[session] struct Admin { name: String }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::<Admin>::builder(MemoryStore::new())
///     .cookie(SessionCookie::host("admin")?.strict())
///     .lifetime(Lifetime::AAL3)
///     .deadline(Duration::from_millis(500))
///     .build()?;
/// # Ok(()) }
/// ```
#[must_use = "an engine is built by `.build()`"]
pub struct EngineBuilder<T> {
    name: Option<String>,
    store: StoreClient,
    cookie: SessionCookie,
    private_pages: PrivatePages,
    sealing: Option<Sealing>,
    backend: Backend,
    cross_site: CrossSite,
    bearer_tokens: bool,
    lifetime: Lifetime,
    limit: Option<u32>,
    cleaner: Cleaner,
    check_every: Duration,
    labels: Labels,
    random: Box<dyn Random>,
    importer: Option<Importer<T>>,
}

impl<T: SessionState> Engine<T> {
    /// Begins with a store; everything else has a safe default.
    pub fn builder(store: impl Store) -> EngineBuilder<T> {
        EngineBuilder::new(store, Backend::Store)
    }
}

impl<T: SessionState> EngineBuilder<T> {
    pub(crate) fn new(store: impl Store, backend: Backend) -> Self {
        Self {
            name: None,
            store: StoreClient::new(store),
            backend,
            cookie: SessionCookie::default(),
            private_pages: PrivatePages::default(),
            sealing: None,
            cross_site: CrossSite::default(),
            bearer_tokens: false,
            lifetime: Lifetime::default(),
            limit: None,
            cleaner: Cleaner::default(),
            check_every: Duration::from_secs(5),
            labels: Labels::default(),
            random: Box::new(System),
            importer: None,
        }
    }

    /// The name that tells these sessions from others: [`SessionState::NAME`] unless told
    /// otherwise. It is part of what is stored: sessions of one type for two purposes (the public
    /// site and the back office) have two names, and a session of one is nobody's in the other.
    ///
    /// # Errors
    /// `build` refuses an empty one, one over 64 bytes, and one with control characters.
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Which cookie carries the token: [`SessionCookie::default`] unless told otherwise. Two session
    /// types of one application need two cookies.
    pub fn cookie(mut self, cookie: SessionCookie) -> Self {
        self.cookie = cookie;
        self
    }

    /// What browsers and caches may keep of the responses to somebody who is logged in:
    /// [nothing](PrivatePages::NoStore) unless told otherwise, so that after a log-out the back
    /// button shows no page of before. A response that has a `Cache-Control` of its own keeps it.
    pub fn cache_control(mut self, pages: PrivatePages) -> Self {
        self.private_pages = pages;
        self
    }

    /// Lets pages of this origin (`https://app.example.com`) act on sessions here.
    ///
    /// Handlers with a session refuse every unsafe method (all but GET, HEAD and OPTIONS) and
    /// every WebSocket that comes from another origin, by `Sec-Fetch-Site` or else by `Origin`.
    ///
    /// # Errors
    /// When it is not spelled as browsers spell an origin.
    pub fn trusted_origin(mut self, origin: &str) -> Result<Self, OriginError> {
        self.cross_site.trust(origin)?;
        Ok(self)
    }

    /// Refuses unsafe methods without `Sec-Fetch-Site` and `Origin` too. Every current browser
    /// sends one of them; scripts and other services do not.
    pub fn refuse_requests_without_origin(mut self) -> Self {
        self.cross_site.strict = true;
        self
    }

    /// Lets non-browser clients use the same sessions: a request without the session's cookie may show a
    /// [`BearerToken`](crate::BearerToken), `Authorization: Bearer TOKEN`, which a handler has given out by
    /// [`Session::bearer_token`](crate::Session::bearer_token). Where the request comes from is not checked then: a page
    /// cannot send the header elsewhere, unless that permits it (CORS). Beside a session cookie it counts for nothing.
    ///
    /// A secret is a cookie's or a bearer token's, never both. One session type of an application has bearer tokens.
    ///
    /// # Errors
    /// `build` refuses it for sealed cookies.
    pub fn bearer(mut self) -> Self {
        self.bearer_tokens = true;
        self
    }

    /// Seals records at rest and signs tokens, so that a forged one costs no store call. Without
    /// it the store sees what is in a session, though nothing that is worth anything as a cookie.
    pub fn sealing(mut self, sealing: Sealing) -> Self {
        self.sealing = Some(sealing);
        self
    }

    /// How long sessions live: as [`Lifetime::default`] says unless told otherwise.
    pub fn lifetime(mut self, lifetime: Lifetime) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// How many sessions a principal may be logged in to at once: a log-in beyond it ends those
    /// that logged in the longest ago, however many log in at the same time, on any node.
    ///
    /// # Errors
    /// `build` refuses none at all, and any for sealed cookies, which nobody can count.
    pub fn max_per_principal(mut self, sessions: u32) -> Self
    where
        T: WithPrincipal,
    {
        self.limit = Some(sessions);
        self
    }

    /// What is kept of the `User-Agent` of the browser that begins a session: the
    /// [label](crate::Listed::label) of device lists. Unless told otherwise that is its first 200 bytes.
    ///
    /// The function is given the header's text. What it answers is cut to 200 bytes, without control characters; on
    /// `None` nothing is kept. It runs in the middle of a request and should be quick.
    pub fn label(mut self, label: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.labels = Labels::Shorten(Arc::new(label));
        self
    }

    /// Keeps nothing of the `User-Agent`.
    pub fn without_label(mut self) -> Self {
        self.labels = Labels::Drop;
        self
    }

    /// How long the store may take to answer: 2 seconds unless told otherwise. Past it the
    /// request gets 503. A commit has this long in all, however many attempts it takes.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.store.deadline = deadline;
        self
    }

    /// Calls this hook with what happens to sessions, after `tracing`. It runs in the middle of a
    /// request and should be quick.
    pub fn on_event(mut self, hook: impl Fn(&SessionEvent<'_>) + Send + Sync + 'static) -> Self {
        self.store.hook = Some(Arc::new(hook));
        self
    }

    /// How often expired sessions are removed from the store, on one node at a time: about once
    /// a minute unless told otherwise.
    pub fn clean_every(mut self, interval: Duration) -> Self {
        self.cleaner = Cleaner::every(interval);
        self
    }

    /// Removes no expired sessions: something else calls [`Engine::clean`], on one node or on all.
    pub fn without_cleaner(mut self) -> Self {
        self.cleaner = Cleaner::never();
        self
    }

    /// How often the store is asked whether live sessions ([`Session::live`](crate::Session::live)) are still
    /// alive, while it does not tell of those that end: every 5 seconds unless told otherwise. All of them are
    /// asked for together, spread over this time. It bounds how long a connection outlives its session.
    ///
    /// A store that tells of endings is asked twelve times less often, if this is more than 2 seconds.
    ///
    /// # Errors
    /// `build` refuses zero.
    pub fn check_every(mut self, interval: Duration) -> Self {
        self.check_every = interval;
        self
    }

    /// Goes by this clock instead of the store's, so that a test need not wait for time to pass.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.store.clock = Some(Arc::new(clock));
        self
    }

    /// Takes random bytes from here instead of from the operating system, so that a test can see what
    /// happens when the source fails or repeats itself.
    pub fn random(mut self, random: impl Random) -> Self {
        self.random = Box::new(random);
        self
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
    /// [`revoke_all`](Engine::revoke_all) knows nothing of sessions that were not imported yet: end those elsewhere too.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use session_core::{Engine, Imported, MemoryStore, session};
    /// # use http::request::Parts;
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// # struct Old { cart: Vec<String>, expires: SystemTime }
    /// # fn old_cookie(parts: &Parts) -> Option<String> { None }
    /// # async fn load_old(id: &str) -> Result<Option<Old>, std::io::Error> { Ok(None) }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = Engine::<Shop>::builder(MemoryStore::new())
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
    pub fn import<F, E>(
        mut self,
        find: impl Fn(&Parts) -> Option<F> + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Option<Imported<T>>, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.importer = Some(Box::new(move |parts| {
            let finding = find(parts)?;
            Some(Box::pin(async move { finding.await.map_err(E::into) }))
        }));
        self
    }

    /// The engine. It warns if another engine of this process has the same name.
    ///
    /// # Errors
    /// When a deadline, an interval or `max_per_principal` is zero, a name cannot be one, or
    /// sealed cookies are to be sealed again, counted, imported or shown as bearer tokens.
    pub fn build(self) -> Result<Arc<Engine<T>>, BuildError> {
        if self.store.deadline.is_zero() {
            return Err(BuildError::ZeroDeadline);
        }
        if self.cleaner.has_no_pause() {
            return Err(BuildError::ZeroInterval);
        }
        if self.check_every.is_zero() {
            return Err(BuildError::ZeroCheck);
        }
        let limit = self.limit.map(|limit| NonZeroU32::new(limit).ok_or(BuildError::ZeroSessions));
        let limit = limit.transpose()?;
        let seals = self.sealing.is_some() || matches!(self.backend, Backend::Cookie(_));
        if seals && !cfg!(feature = "sealing") {
            return Err(BuildError::NoCipher);
        }
        if let Backend::Cookie(_) = self.backend {
            if self.sealing.is_some() {
                return Err(BuildError::SealedTwice);
            }
            if limit.is_some() {
                return Err(BuildError::Uncountable);
            }
            if self.importer.is_some() {
                return Err(BuildError::Unimportable);
            }
            if self.bearer_tokens {
                return Err(BuildError::NoTokens);
            }
        }
        let name = self.name.as_deref().unwrap_or(T::NAME);
        if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(BuildError::Name);
        }
        if !self.cookie.is_secure() {
            tracing::warn!(
                target: "session",
                cookie = self.cookie.name(),
                "the session cookie is sent without TLS: for development only"
            );
        }
        let cookie = self.cookie.name().to_owned();
        let sealer = Sealer::new(self.sealing, cookie, name, T::ALIASES);
        if let (false, Backend::Store) = (sealer.has_keys(), &self.backend) {
            tracing::info!(target: "session", "no keys: session records are stored as they are");
        }
        let policy = Policy {
            cookie: self.cookie,
            private_pages: self.private_pages,
            cross_site: self.cross_site,
            bearer_tokens: self.bearer_tokens,
            sealer,
            lifetime: self.lifetime,
            limit,
            labels: self.labels,
            random: self.random,
        };
        let live = Registry::new(self.check_every);
        let Self { backend, store, cleaner, importer, .. } = self;
        let engine = Arc::new(Engine::new(policy, backend, store, cleaner, live, importer));
        engine.live.set_keeper(Arc::downgrade(&engine) as Weak<dyn Keeper>);
        Ok(engine)
    }
}

impl<T> fmt::Debug for EngineBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("store", &self.store)
            .field("cookie", &self.cookie)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}
