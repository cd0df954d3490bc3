//! Sessions kept in their cookies: what must be decided before they can be built.

use std::fmt;

use session_core::store::Store;
use session_core::{Engine, KeyRing, SealedEngineBuilder, SessionState};

use crate::builder::Builder;
use crate::sessions::Sessions;

/// Sessions without a database. From [`Sessions::sealed_cookie`](crate::Sessions::sealed_cookie).
///
/// A cookie that holds its session is good until it expires, whoever has a copy of it, unless
/// somebody keeps a list of those that are not. So there are two ways on:
/// [`revocations`](Self::revocations) keeps that list in any store, and a log-out or a log-in
/// kills every copy at the price of one read per request;
/// [`accept_replay_until_expiry`](Self::accept_replay_until_expiry) keeps none.
///
/// Handlers are the same as with a store, and so are the limits of time. What a cookie cannot do:
/// its sessions can be neither listed nor counted, nor changed from outside of a request, and a copy
/// that a thief uses is not noticed.
///
/// # What a copy can do
///
/// * With revocations, a log-out, a log-in, a rotation and every change of principal end each copy
///   from before. A request under way with one that would write gets 401 (one that logs in
///   where nobody was begins a session of its own); one that only reads never writes the session's cookie.
/// * With accepted replay, none of them does: a copy stays the session that it was. Whoever uses it
///   renews its idle limit, up to the absolute limit of its last log-in. A request that writes and
///   was under way during a log-out brings the session back.
/// * With either, the cookie is all that there is of the session. A copy from before a write is as
///   good as the newest one while the session lives, so its owner can go back to an earlier state. Keep
///   what may be used once only in a database: one-time codes, credit, a count of attempts.
/// * With either, of two requests that write at once the last response wins: there is nothing to
///   merge with.
///
/// ```
/// # use session_axum::{KeyRing, MemoryStore, Sessions, session};
/// # #[session] struct Prefs { theme: Option<String> }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ring = KeyRing::parse(&KeyRing::generate()?)?;
/// let sessions = Sessions::<Prefs>::sealed_cookie(ring)
///     .accept_replay_until_expiry()
///     .build()?;
/// # Ok(()) }
/// ```
#[must_use = "say what becomes of copies: `.revocations(store)` or `.accept_replay_until_expiry()`"]
pub struct SealedCookieBuilder<T> {
    engine: SealedEngineBuilder<T>,
}

impl<T: SessionState> Sessions<T> {
    /// Sessions without a database: the record itself, sealed, is the cookie's value. Whether a
    /// log-out then kills copies of the cookie is a choice that [`SealedCookieBuilder`] asks for.
    ///
    /// ```
    /// # use session_axum::{KeyRing, MemoryStore, Sessions, session};
    /// # #[session] struct Prefs { theme: Option<String> }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ring = KeyRing::parse(&KeyRing::generate()?)?;
    /// let sessions = Sessions::<Prefs>::sealed_cookie(ring)       // KeyRing::from_env()?
    ///     .revocations(MemoryStore::new())                        // a PostgresStore, say
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    #[doc(alias("cookie_only", "signed_cookie", "encrypted_cookie"))]
    pub fn sealed_cookie(ring: KeyRing) -> SealedCookieBuilder<T> {
        SealedCookieBuilder { engine: Engine::sealed_cookie(ring) }
    }
}

impl<T: SessionState> SealedCookieBuilder<T> {
    /// Over how many cookies of 4096 bytes a session may be spread: one unless told otherwise,
    /// three at most. One that needs more is refused with its size, and the browser keeps what it has.
    ///
    /// ```
    /// # use session_axum::{KeyRing, MemoryStore, Sessions, session};
    /// # #[session] struct Prefs { theme: Option<String> }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ring = KeyRing::parse(&KeyRing::generate()?)?;
    /// let sessions = Sessions::<Prefs>::sealed_cookie(ring)
    ///     .chunks(3)                                              // 12 KiB at most
    ///     .accept_replay_until_expiry()
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn chunks(self, cookies: usize) -> Self {
        Self { engine: self.engine.chunks(cookies) }
    }

    /// Keeps what was logged out in this store until its absolute limit has passed, and five minutes
    /// more for clocks that differ: a table or prefix of its own, small, and empty where nobody logs
    /// out.
    ///
    /// ```
    /// # use session_axum::{KeyRing, MemoryStore, Sessions, session};
    /// # #[session] struct Prefs { theme: Option<String> }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ring = KeyRing::parse(&KeyRing::generate()?)?;
    /// let sessions = Sessions::<Prefs>::sealed_cookie(ring).revocations(MemoryStore::new()).build()?;
    /// # Ok(()) }
    /// ```
    pub fn revocations(self, store: impl Store) -> Builder<T> {
        Builder::new(self.engine.revocations(store))
    }

    /// Keeps no list: after a log-out or a log-in, a copy of the cookie from before is good until it
    /// expires, which is at its absolute limit if somebody uses it.
    ///
    /// ```
    /// # use session_axum::{KeyRing, MemoryStore, Sessions, session};
    /// # #[session] struct Prefs { theme: Option<String> }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ring = KeyRing::parse(&KeyRing::generate()?)?;
    /// let sessions = Sessions::<Prefs>::sealed_cookie(ring).accept_replay_until_expiry().build()?;
    /// # Ok(()) }
    /// ```
    pub fn accept_replay_until_expiry(self) -> Builder<T> {
        Builder::new(self.engine.accept_replay_until_expiry())
    }
}

impl<T> fmt::Debug for SealedCookieBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedCookieBuilder").field("engine", &self.engine).finish()
    }
}
