//! What a handler holds: the state, and the controls of the session that it belongs to.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::SystemTime;

use crate::state::SessionState;
use crate::store::Times;
use crate::token::Handle;

/// A session: derefs to its state `T`, and adds the controls.
///
/// A handler under [`#[require_session]`](crate::require_session) takes it as `&Session<T>` or
/// `&mut Session<T>` where `&T` or `&mut T` is not enough. What it changes is saved when the
/// handler returns, and before the response leaves.
///
/// ```
/// # use session_core::{require_session, session, Session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, notice: Option<String> }
/// #[require_session]
/// async fn log_out(session: &mut Session<Shop>) -> &'static str {
///     session.destroy();                              // the record and the cookie
///     session.notice = Some("Good-bye!".to_owned());  // begins a new, anonymous session
///     "logged out"
/// }
/// ```
pub struct Session<T> {
    /// As it was loaded, or as it is after `destroy`.
    base: Arc<T>,
    /// The handler's own copy, made at the first mutable borrow.
    mine: Option<T>,
    known: Option<Known>,
    edits: Edits,
}

/// What is known of a stored session beside its state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) handle: Handle,
    pub(crate) times: Times,
}

/// What was asked of a session beside changes to its state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Edits {
    pub(crate) destroyed: bool,
    pub(crate) rotate: bool,
    pub(crate) persistent: Option<bool>,
}

impl<T: SessionState> Session<T> {
    pub(crate) fn new(base: Arc<T>, known: Option<Known>) -> Self {
        Self { base, mine: None, known, edits: Edits::default() }
    }

    /// Ends the session: its record is deleted and its cookie removed, so that a replayed cookie
    /// is dead. Ending one that was never stored costs nothing.
    ///
    /// The state is back at its default. What is set after this begins a new session with a
    /// token of its own: a farewell message, say.
    pub fn destroy(&mut self) {
        *self = Self::new(Arc::default(), None);
        self.edits.destroyed = true;
    }

    /// Draws a new secret: the cookie that the browser has is replaced, and a copy of it is dead
    /// at once. Changing the principal does this by itself; call it where something else makes
    /// the session worth more.
    pub fn rotate(&mut self) {
        self.edits.rotate = true;
    }

    /// Whether the cookie outlives the browser: with `true` it lives as long as the session may,
    /// without it until the browser closes. The session's own limits are the same either way.
    pub fn remember(&mut self, remember: bool) {
        self.edits.persistent = Some(remember);
    }

    /// Its public name, fit for logs and device lists; none before it is first stored.
    pub fn handle(&self) -> Option<Handle> {
        self.known.map(|known| known.handle)
    }

    /// When it was first stored; none before that.
    pub fn created(&self) -> Option<SystemTime> {
        self.known.map(|known| known.times.created.into())
    }

    /// When it ends unless it is used before; none before it is first stored.
    pub fn expires(&self) -> Option<SystemTime> {
        self.known.map(|known| known.times.expires.into())
    }

    /// What the handler made of it: what it began with, its own copy if it took one, its wishes.
    pub(crate) fn into_parts(self) -> (Arc<T>, Option<T>, Edits) {
        (self.base, self.mine, self.edits)
    }
}

impl<T> Deref for Session<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.mine.as_ref().unwrap_or(&self.base)
    }
}

impl<T: Clone> DerefMut for Session<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.mine.get_or_insert_with(|| T::clone(&self.base))
    }
}

impl<T: fmt::Debug> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handle = self.known.map(|known| known.handle);
        f.debug_struct("Session")
            .field("handle", &handle)
            .field("state", &**self)
            .finish_non_exhaustive()
    }
}
