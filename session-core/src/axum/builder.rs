//! Puts `Sessions<T>` together.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum_core::response::Response;

use crate::axum::cross_site::{CrossSite, OriginError};
use crate::axum::rejection::Renderer;
use crate::axum::request_head::RequestHead;
use crate::axum::sessions::Sessions;
use crate::cookie::session_cookie::SessionCookie;
use crate::crypto::random::{Random, System};
use crate::crypto::time::Timestamp;
use crate::engine::backend::Backend;
use crate::engine::cleaner::Cleaner;
use crate::engine::engine::Engine;
use crate::engine::error::Refusal;
use crate::engine::event::SessionEvent;
use crate::engine::lifetime::Lifetime;
use crate::engine::policy::Policy;
use crate::engine::sealed_cookie::SealedCookie;
use crate::engine::sealing::{Sealer, Sealing};
use crate::state::session_state::{SessionState, WithPrincipal};
use crate::store::Store;

/// How the sessions of type `T` are to be. From [`Sessions::builder`]; every step is optional.
///
/// ```
/// # use session_core::{SessionCookie, Lifetime, MemoryStore, Sessions, session};
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
    backend: Backend,
    cookie: SessionCookie,
    sealing: Option<Sealing>,
    sealed_cookie: Option<SealedCookie>,
    cross_site: CrossSite,
    renderer: Option<Renderer>,
    lifetime: Lifetime,
    limit: Option<u32>,
    cleaner: Cleaner,
    random: Box<dyn Random>,
    state: PhantomData<fn() -> T>,
}

impl<T: SessionState> Sessions<T> {
    /// Begins with a store; everything else has a safe default.
    pub fn builder(store: impl Store) -> Builder<T> {
        Builder::new(store)
    }
}

impl<T: SessionState> Builder<T> {
    pub(crate) fn new(store: impl Store) -> Self {
        Self {
            backend: Backend::new(store),
            cookie: SessionCookie::default(),
            sealing: None,
            sealed_cookie: None,
            cross_site: CrossSite::default(),
            renderer: None,
            lifetime: Lifetime::default(),
            limit: None,
            cleaner: Cleaner::default(),
            random: Box::new(System),
            state: PhantomData,
        }
    }

    /// Sessions kept in their cookies, and their revocations in the store.
    pub(crate) fn sealed_cookie(mut self, sealed_cookie: SealedCookie) -> Self {
        self.sealed_cookie = Some(sealed_cookie);
        self
    }

    /// Which cookie carries the token: [`SessionCookie::default`] unless told otherwise. Two session
    /// types of one application need two cookies.
    pub fn cookie(mut self, cookie: SessionCookie) -> Self {
        self.cookie = cookie;
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

    /// Seals records at rest and signs cookies, so that a forged one costs no store call. Without
    /// it the store sees what is in a session, though nothing that is worth anything as a cookie.
    pub fn sealing(mut self, sealing: Sealing) -> Self {
        self.sealing = Some(sealing);
        self
    }

    /// How long sessions live: [`Lifetime::AAL2`] unless told otherwise.
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

    /// How long the store may take to answer: 2 seconds unless told otherwise. Past it the
    /// request is answered 503. A commit has this long in all, however many attempts it takes.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.backend.deadline = deadline;
        self
    }

    /// Calls this hook with what happens to sessions, after `tracing`. It runs in the middle of a
    /// request and should be quick.
    pub fn on_event(mut self, hook: impl Fn(&SessionEvent<'_>) + Send + Sync + 'static) -> Self {
        self.backend.hook = Some(Arc::new(hook));
        self
    }

    /// Answers every request that a guard or an extractor refuses, and every one whose changes
    /// could not be saved, in the application's own words: a page, or JSON. Without it, the answer is the
    /// [status](Refusal::status) and one sentence.
    ///
    /// `Vary: Cookie` is added. Where a handler says `or_redirect`, a page that lacks a log-in is
    /// sent there all the same. `refusal.clone().into_response()` is the answer that there would be
    /// without this.
    ///
    /// ```
    /// use axum::Json;
    /// use axum::response::{Html, IntoResponse};
    /// use session_core::{MemoryStore, Sessions, session};
    ///
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), session_core::BuildError> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
    ///     .on_refusal(|refusal, request| {
    ///         let status = refusal.status();
    ///         if request.is_navigation() {
    ///             (status, Html(format!("<h1>{}</h1>", status.as_u16()))).into_response()
    ///         } else {
    ///             (status, Json(refusal.to_string())).into_response()
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn on_refusal(
        mut self,
        answer: impl Fn(&Refusal, &RequestHead) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.renderer = Some(Arc::new(answer));
        self
    }

    /// How often expired sessions are removed from the store, on one node at a time: about once
    /// a minute unless told otherwise.
    pub fn clean_every(mut self, interval: Duration) -> Self {
        self.cleaner = Cleaner::every(interval);
        self
    }

    /// Removes no expired sessions: something else calls [`Sessions::clean`], on one node or on all.
    pub fn without_cleaner(mut self) -> Self {
        self.cleaner = Cleaner::never();
        self
    }

    /// Goes by this clock instead of the store's, so that a test need not wait for time to pass.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.backend.clock = Some(Arc::new(clock));
        self
    }

    /// Takes random bytes from here instead of from the operating system, so that a test can see what
    /// happens when the source fails or repeats itself.
    pub fn random(mut self, random: impl Random) -> Self {
        self.random = Box::new(random);
        self
    }

    /// The sessions.
    ///
    /// # Errors
    /// When a deadline, an interval or `max_per_principal` is zero, or sealed cookies are to be sealed
    /// again or counted.
    pub fn build(self) -> Result<Sessions<T>, BuildError> {
        if self.backend.deadline.is_zero() {
            return Err(BuildError::ZeroDeadline);
        }
        if self.cleaner.has_no_pause() {
            return Err(BuildError::ZeroInterval);
        }
        if self.sealed_cookie.is_some() && self.sealing.is_some() {
            return Err(BuildError::SealedTwice);
        }
        let limit = self.limit.map(|limit| NonZeroU32::new(limit).ok_or(BuildError::ZeroSessions));
        let limit = limit.transpose()?;
        if self.sealed_cookie.is_some() && limit.is_some() {
            return Err(BuildError::Uncountable);
        }
        if !self.cookie.is_secure() {
            tracing::warn!(
                target: "session",
                cookie = self.cookie.name(),
                "the session cookie is sent without TLS: for development only"
            );
        }
        let sealer = Sealer::new(self.sealing, self.cookie.name().to_owned());
        if !sealer.has_keys() && self.sealed_cookie.is_none() {
            tracing::info!(target: "session", "no keys: session records are stored as they are");
        }
        let policy = Policy {
            cookie: self.cookie,
            sealer,
            sealed_cookie: self.sealed_cookie,
            lifetime: self.lifetime,
            limit,
            random: self.random,
        };
        let engine = Engine::new(policy, self.backend, self.cleaner);
        Ok(Sessions::new(engine, self.cross_site, self.renderer))
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("backend", &self.backend)
            .field("cookie", &self.cookie)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

/// The sessions cannot be built like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No store answers in no time.
    #[error("the store's deadline is zero: every request would be answered 503")]
    ZeroDeadline,
    /// Sessions kept in their cookies are sealed with a ring of their own.
    #[error("sessions kept in their cookies are sealed already: leave out `.sealing(…)`")]
    SealedTwice,
    /// Nobody could log in.
    #[error("a principal may have no session at all: `.max_per_principal(…)` takes 1 or more")]
    ZeroSessions,
    /// Sessions kept in their cookies cannot be counted.
    #[error("sessions kept in their cookies cannot be counted: leave out `.max_per_principal(…)`")]
    Uncountable,
    /// The cleaner would never rest.
    #[error("the cleaner's interval is zero: use `.without_cleaner()` to have none")]
    ZeroInterval,
}
