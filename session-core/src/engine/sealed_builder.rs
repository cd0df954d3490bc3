//! Sessions kept in their cookies: what must be decided before they can be built.

use std::fmt;
use std::marker::PhantomData;

use crate::cookie::read::MAX_CHUNKS;
use crate::crypto::key_ring::KeyRing;
use crate::engine::backend::Backend;
use crate::engine::builder::EngineBuilder;
use crate::engine::cookie_backend::NoRevocations;
use crate::engine::engine::Engine;
use crate::engine::sealed_cookie::{Copies, SealedCookie};
use crate::state::session_state::SessionState;
use crate::store::Store;

/// Sessions without a database. From [`Engine::sealed_cookie`].
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
/// # use session_core::{Engine, KeyRing, MemoryStore, session};
/// # #[session] struct Prefs { theme: Option<String> }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ring = KeyRing::parse(&KeyRing::generate()?)?;
/// let engine = Engine::<Prefs>::sealed_cookie(ring)
///     .accept_replay_until_expiry()
///     .build()?;
/// # Ok(()) }
/// ```
#[must_use = "say what becomes of copies: `.revocations(store)` or `.accept_replay_until_expiry()`"]
pub struct SealedEngineBuilder<T> {
    sealed_cookie: SealedCookie,
    state: PhantomData<fn() -> T>,
}

impl<T: SessionState> Engine<T> {
    /// Sessions without a database: the record itself, sealed, is the cookie's value. Whether a
    /// log-out then kills copies of the cookie is a choice that [`SealedEngineBuilder`] asks for.
    pub fn sealed_cookie(ring: KeyRing) -> SealedEngineBuilder<T> {
        SealedEngineBuilder::new(ring)
    }
}

impl<T: SessionState> SealedEngineBuilder<T> {
    pub(crate) fn new(ring: KeyRing) -> Self {
        Self {
            sealed_cookie: SealedCookie { ring, chunks: 1, copies: Copies::Revoked },
            state: PhantomData,
        }
    }

    /// Over how many cookies of 4096 bytes a session may be spread: one unless told otherwise,
    /// three at most. One that needs more is refused with its size, and the browser keeps what it has.
    pub fn chunks(mut self, cookies: usize) -> Self {
        self.sealed_cookie.chunks = cookies.clamp(1, MAX_CHUNKS);
        self
    }

    /// Keeps what was logged out in this store until its absolute limit has passed, and five minutes
    /// more for clocks that differ: a table or prefix of its own, small, and empty where nobody logs
    /// out.
    pub fn revocations(self, store: impl Store) -> EngineBuilder<T> {
        EngineBuilder::new(store, Backend::Cookie(self.sealed_cookie))
    }

    /// Keeps no list: after a log-out or a log-in, a copy of the cookie from before is good until it
    /// expires, which is at its absolute limit if somebody uses it.
    pub fn accept_replay_until_expiry(self) -> EngineBuilder<T> {
        let sealed_cookie = SealedCookie { copies: Copies::Accepted, ..self.sealed_cookie };
        EngineBuilder::new(NoRevocations, Backend::Cookie(sealed_cookie))
    }
}

impl<T> fmt::Debug for SealedEngineBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedEngineBuilder")
            .field("chunks", &self.sealed_cookie.chunks)
            .finish_non_exhaustive()
    }
}
