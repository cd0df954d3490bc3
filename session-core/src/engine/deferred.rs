//! A deferred scope: a function around others opens the session only if somebody inside asks for it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::engine::Engine;
use crate::engine::scope::{Access, Reads, Scope};
use crate::engine::session::Place;
use crate::state::session_state::SessionState;

/// A scope that opens when somebody inside asks for the session, from [`Engine::defer`]. If nobody
/// does, nothing is loaded, and the response is left as it is.
///
/// Dropped before its [`end`](Self::end), it leaves no trace, as a [`Scope`].
#[must_use = "what is made of the session inside is saved by the scope that `.end()` answers"]
pub struct Deferred<T: SessionState>(Arc<DeferredScope<T>>);

/// What lies in the request's extensions for those inside.
pub(crate) struct DeferredScope<T: SessionState> {
    pub(crate) engine: Arc<Engine<T>>,
    pub(crate) access: Access,
    /// What the request had of the session when the scope was deferred.
    pub(crate) around: Option<Asked<T>>,
    state: Mutex<State<T>>,
    /// Whoever opens it; others wait.
    pub(crate) opening: tokio::sync::Mutex<()>,
}

/// What a request has of a session: where it was opened, or who will open it.
pub(crate) enum Asked<T: SessionState> {
    Opened(Place<T>),
    Deferred(Arc<DeferredScope<T>>),
}

enum State<T: SessionState> {
    Waiting,
    Open(Scope<T, Reads>),
    /// The response has left; with where it was open until then.
    Over(Option<Place<T>>),
}

/// How far a deferred scope is.
pub(crate) enum Progress<T> {
    Waiting,
    Open(Place<T>),
    Over(Option<Place<T>>),
}

impl<T: SessionState> Deferred<T> {
    pub(crate) fn new(
        engine: Arc<Engine<T>>,
        access: Access,
        around: Option<Asked<T>>,
    ) -> (Self, Arc<DeferredScope<T>>) {
        let state = Mutex::new(State::Waiting);
        let opening = tokio::sync::Mutex::default();
        let scope = Arc::new(DeferredScope { engine, access, around, state, opening });
        (Self(Arc::clone(&scope)), scope)
    }

    /// Ends it with the function's response, and answers the scope if somebody has opened it: it is
    /// to end in a [`Commit`](crate::Commit).
    pub fn end(self) -> Option<Scope<T, Reads>> {
        self.0.end()
    }
}

impl<T: SessionState> DeferredScope<T> {
    pub(crate) fn progress(&self) -> Progress<T> {
        match &*self.lock() {
            State::Waiting => Progress::Waiting,
            State::Open(scope) => Progress::Open(scope.place().clone()),
            State::Over(place) => Progress::Over(place.clone()),
        }
    }

    /// Keeps the scope that somebody inside has opened, unless it is over by then.
    pub(crate) fn keep(&self, opened: Scope<T, Reads>) -> Option<Place<T>> {
        let mut state = self.lock();
        match *state {
            State::Waiting => {
                let place = opened.place().clone();
                *state = State::Open(opened);
                Some(place)
            }
            State::Open(_) | State::Over(_) => None,
        }
    }

    fn end(&self) -> Option<Scope<T, Reads>> {
        let mut state = self.lock();
        let place = match &*state {
            State::Waiting => None,
            State::Open(scope) => Some(scope.place().clone()),
            State::Over(_) => return None,
        };
        match std::mem::replace(&mut *state, State::Over(place)) {
            State::Open(scope) => Some(scope),
            State::Waiting | State::Over(_) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: SessionState> Asked<T> {
    /// Whether a function of the request has the session, or will have it: one that has not ended.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Opened(place) => place.is_open(),
            Self::Deferred(deferred) => match deferred.progress() {
                Progress::Waiting => true,
                Progress::Open(place) => place.is_open(),
                Progress::Over(_) => false,
            },
        }
    }
}

impl<T: SessionState> Clone for Asked<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Opened(place) => Self::Opened(place.clone()),
            Self::Deferred(deferred) => Self::Deferred(Arc::clone(deferred)),
        }
    }
}

impl<T: SessionState> Drop for Deferred<T> {
    fn drop(&mut self) {
        drop(self.0.end());
    }
}

impl<T: SessionState> fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferred").field("name", &T::NAME).finish_non_exhaustive()
    }
}
