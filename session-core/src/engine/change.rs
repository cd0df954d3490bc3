//! What is to be done to a session: not the record that a handler left behind, but what it did to
//! the one it began with, so that it can be done again to whatever the record has become.

use std::sync::Arc;

use crate::crypto::token::Digest;
use crate::engine::store_clock::Arrival;
use crate::state::merge::merge;
use crate::state::session_state::SessionState;

/// What is to be done to a session.
pub(crate) struct Edit<T> {
    pub(crate) change: Change<T>,
    /// The request that does it; none for a change from elsewhere.
    pub(crate) request: Option<Request>,
    pub(crate) secret: Secret,
    /// The principal has proven anew who it is.
    pub(crate) reauthenticated: bool,
    pub(crate) persistent: Option<bool>,
}

/// The request that does something to a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    /// The secret's digest that it came in with: once another has replaced it, the change is not
    /// wanted any more.
    pub(crate) bearer: Digest,
    pub(crate) arrival: Arrival,
    /// Whether it counts as a use of the session.
    pub(crate) is_use: bool,
}

/// What is to be done about a session's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secret {
    Keep,
    /// The browser has shown it, which is to be noted.
    Seen,
    /// It is old: another is offered to the browser, unless one was meanwhile.
    Renew,
    /// Another takes its place at once.
    Replace,
}

/// What is to be done to a session's state.
pub(crate) enum Change<T> {
    /// What a request made of what it began with.
    Merge { base: Arc<T>, mine: Arc<T> },
    /// A closure, which is run on the state as it is.
    Run(Box<dyn FnMut(&mut T) + Send>),
}

impl<T: SessionState> Change<T> {
    /// What this change makes of `theirs`.
    pub(crate) fn on(&mut self, theirs: &Arc<T>) -> Arc<T> {
        match self {
            Self::Merge { base, mine } if Arc::ptr_eq(base, theirs) => Arc::clone(mine),
            Self::Merge { base, mine } => {
                let mut state = T::clone(theirs);
                merge(&**base, &**mine, &mut state);
                Arc::new(state)
            }
            Self::Run(change) => {
                let mut state = T::clone(theirs);
                change(&mut state);
                Arc::new(state)
            }
        }
    }

    /// What this change makes of `theirs` when it takes the session from one principal to
    /// another, or to none: only what the handler set, and what is marked `carry`, goes along.
    pub(crate) fn hand_over(&self, theirs: &T) -> T {
        let mut state = T::default();
        let Self::Merge { base, mine } = self else { return state };
        for field in T::FIELDS {
            if !(field.same)(base, mine) {
                (field.copy)(mine, &mut state);
            } else if field.carried {
                (field.copy)(theirs, &mut state);
            }
        }
        state
    }
}
