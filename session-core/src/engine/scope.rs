//! A scope: one function's part in the request's session.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use crate::cookie::private_pages::PrivatePages;
use crate::engine::engine::Engine;
use crate::engine::incoming::Usage;
use crate::engine::session::{Place, Session};
use crate::engine::transaction::{End, Left, Transaction};
use crate::engine::working_copy::WorkingCopy;
use crate::state::session_state::SessionState;

/// What a function asks for when it opens a request's session.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub(crate) sites: Sites,
    pub(crate) usage: Usage,
}

/// Which sites may act on a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sites {
    /// This one, and the trusted origins.
    Ours,
    /// Others too.
    Any,
}

impl Access {
    /// Which sites may act on the session: [`Sites::Ours`] unless told otherwise.
    pub const fn sites(self, sites: Sites) -> Self {
        Self { sites, ..self }
    }

    /// Whether the request counts as a use of it: it does unless told otherwise.
    pub const fn usage(self, usage: Usage) -> Self {
        Self { usage, ..self }
    }
}

impl Default for Access {
    fn default() -> Self {
        Self { sites: Sites::Ours, usage: Usage::Foreground }
    }
}

/// Whether a scope may change its session: [`Reads`] or [`Writes`].
pub trait Mode: sealed::Mode + Send + Sync + 'static {}

/// To read. The session is passed on freely to whoever opens it inside; this one's view of it stays
/// as it was.
#[derive(Clone, Copy, Debug)]
pub struct Reads;

/// To change. Until the scope ends the session is held: who opens it inside is refused, unless it
/// is [lent](Session::lend).
#[derive(Clone, Copy, Debug)]
pub struct Writes;

mod sealed {
    pub trait Mode {
        #[doc(hidden)]
        const WRITES: bool;
    }

    impl Mode for super::Reads {
        const WRITES: bool = false;
    }

    impl Mode for super::Writes {
        const WRITES: bool = true;
    }
}

impl Mode for Reads {}
impl Mode for Writes {}

/// One function's part in a request's session, from [`Engine::open`]. It ends with the function's
/// response, in a [`Commit`](crate::Commit); the outermost scope of a request saves what all have
/// made of the session. Dropped before that (a panic, a time-out, a refused request), it leaves no
/// trace.
#[must_use = "a scope that is dropped leaves no trace: end it with the response, in a `Commit`"]
pub struct Scope<T: SessionState, M: Mode> {
    pub(crate) engine: Arc<Engine<T>>,
    session: Session<T>,
    mode: PhantomData<fn() -> M>,
}

impl<T: SessionState, M: Mode> Scope<T, M> {
    pub(crate) fn new(engine: Arc<Engine<T>>, session: Session<T>) -> Self {
        Self { engine, session, mode: PhantomData }
    }

    pub(crate) fn place(&self) -> &Place<T> {
        &self.session.place
    }
}

impl<T: SessionState> Scope<T, Writes> {
    /// The session to be changed: the body of the function begins. From here on only the
    /// function has it.
    pub fn begin(&mut self) -> &mut Session<T> {
        if let Place { transaction, scope: Some(scope) } = &self.session.place
            && let Some(copy) = transaction.begin(*scope)
        {
            self.session.replace(copy);
        }
        &mut self.session
    }
}

impl<T: SessionState> Scope<T, Reads> {
    /// The session to be read: the body of the function begins. What the function's own extractors
    /// have changed is in it; from here on this view stays as it is.
    pub fn begin(&mut self) -> &Session<T> {
        if let Place { transaction, scope } = &self.session.place
            && let Some(copy) = transaction.begin_reading(*scope)
        {
            self.session.replace(copy);
        }
        &self.session
    }
}

impl<T: SessionState, M: Mode> Scope<T, M> {
    /// What browsers and caches may keep of the function's response. A [`Commit`](crate::Commit)
    /// tells them by itself; a response that takes its place (a refusal) is told of by
    /// [`PrivatePages::mark`].
    pub fn private_pages(&self) -> PrivatePages {
        let transaction = self.transaction();
        let began_with =
            transaction.proven().and_then(|proven| proven.stored.state.principal()).is_some();
        if began_with || self.session.principal().is_some() {
            self.engine.policy.private_pages
        } else {
            PrivatePages::Unset
        }
    }

    /// Ends it, and answers what there may be to save.
    pub(crate) fn end(&mut self, end: End) -> Option<WorkingCopy<T>> {
        let left = if M::WRITES { Left::Written(self.session.working_copy()) } else { Left::Read };
        let Place { transaction, scope } = &mut self.session.place;
        // Taken: dropped after this, it has nothing to abandon.
        let left = transaction.end(scope.take()?, left, end);
        // Where nobody else can ask what it has become, that is only to be saved.
        if left.is_some()
            && let Some(transaction) = Arc::get_mut(transaction)
        {
            transaction.forget_copies();
        }
        left
    }

    pub(crate) fn transaction(&self) -> &Arc<Transaction<T>> {
        &self.session.place.transaction
    }
}

impl<T: SessionState, M: Mode> Deref for Scope<T, M> {
    type Target = Session<T>;

    fn deref(&self) -> &Session<T> {
        &self.session
    }
}

impl<T: SessionState, M: Mode> Drop for Scope<T, M> {
    fn drop(&mut self) {
        if let Place { transaction, scope: Some(scope) } = &self.session.place {
            transaction.abandon(*scope);
        }
    }
}

impl<T: SessionState, M: Mode> fmt::Debug for Scope<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("handle", &self.session.handle()).finish_non_exhaustive()
    }
}
