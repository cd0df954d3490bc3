//! A change to a session: not the record that a handler left behind, but what it did to the one it
//! began with, so that it can be done again to whatever the record has become.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::token::{Digest, Token};
use crate::engine::incoming::Usage;
use crate::engine::store_clock::Arrival;
use crate::engine::stored::Stored;
use crate::state::field_set::FieldSet;
use crate::state::hand_over::{carried, handed_on};
use crate::state::merge::merge;
use crate::state::restarts::Restarts;
use crate::state::session_state::SessionState;

/// A change to a stored session.
pub(crate) struct Change<T> {
    pub(crate) state: StateChange<T>,
    /// The request that makes it; none for a change from elsewhere.
    pub(crate) request: Option<Requester>,
    pub(crate) secret: SecretChange,
    /// The principal has just proven who it is.
    pub(crate) logs_in: bool,
    pub(crate) persistent: Option<bool>,
    /// The fields whose `ttl` counts anew.
    pub(crate) restarts: Restarts,
}

/// The request that changes a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requester {
    /// The secret's digest that it came in with: once another has replaced it, the change is not
    /// wanted any more.
    pub(crate) presented: Digest,
    pub(crate) arrival: Arrival,
    pub(crate) usage: Usage,
    /// It renews the session, whatever else it changes.
    pub(crate) renews: bool,
}

/// What becomes of a session's secret.
#[derive(Debug)]
pub(crate) enum SecretChange {
    Keep,
    /// The browser gets it again, signed anew: if it is still the current one when that is written.
    SignAnew,
    /// The browser has shown it, which is to be noted.
    Seen,
    /// It is old: the successor of this token, with which the request came in, is offered to the browser,
    /// unless it was meanwhile.
    Renew(Box<Token>),
    /// Another takes its place at once.
    Replace,
    /// The same, by this one, which the client of a bearer token is told.
    ReplaceBy(Arc<Token>),
}

impl SecretChange {
    /// The same where the secret is replaced in any case.
    pub(crate) fn replacing(&self) -> &Self {
        if let Self::ReplaceBy(_) = self { self } else { &Self::Replace }
    }
}

/// What has become of the data of whom the session belonged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormerData {
    Kept,
    /// A log-in has dropped it, but for what is marked `carry`.
    Dropped,
}

/// What becomes of a session's state.
pub(crate) enum StateChange<T> {
    /// What a request made of what it began with, from which it differs in these fields.
    Merge { base: Arc<T>, mine: Arc<T>, changed: FieldSet, former: FormerData },
    /// A closure, which is run on the state as it is.
    Run(Box<dyn FnMut(&mut T) + Send>),
}

/// What a change has made of a state.
pub(crate) struct ChangedState<'a, T> {
    pub(crate) state: &'a mut Arc<T>,
    /// The fields in which it differs from what it was.
    pub(crate) changed: FieldSet,
}

impl<T: SessionState> StateChange<T> {
    /// What this change makes of `theirs`. It lies in the change itself, if nobody else has changed that, so
    /// that there need not be two of it; or in `place`.
    pub(crate) fn apply<'a>(
        &'a mut self,
        theirs: &Arc<T>,
        place: &'a mut Option<Arc<T>>,
    ) -> ChangedState<'a, T> {
        let table = T::table();
        match self {
            Self::Merge { base, mine, changed, former } => {
                if Arc::ptr_eq(base, theirs) {
                    return ChangedState { state: mine, changed: changed.clone() };
                }
                let mut state = match former {
                    FormerData::Kept => T::clone(theirs),
                    FormerData::Dropped => carried(&**theirs),
                };
                merge(&**base, &**mine, changed, &mut state);
                let changed = table.differing(theirs, &state);
                ChangedState { state: place.insert(Arc::new(state)), changed }
            }
            Self::Run(change) => {
                let mut state = T::clone(theirs);
                change(&mut state);
                let changed = table.differing(theirs, &state);
                ChangedState { state: place.insert(Arc::new(state)), changed }
            }
        }
    }

    /// Whether a log-in has dropped what belonged to another.
    pub(crate) fn drops_former(&self) -> bool {
        matches!(self, Self::Merge { former: FormerData::Dropped, .. })
    }

    /// What this change makes of `theirs` when it takes the session from one principal to
    /// another, or to none: only what the handler set, and what is marked `carry`, goes along.
    pub(crate) fn apply_for_another(&self, theirs: &T) -> T {
        match self {
            Self::Merge { base, mine, .. } => handed_on(&**base, &**mine, theirs),
            Self::Run(_) => T::default(),
        }
    }
}

/// What has become of a session by a change that was saved, and what its request tells the browser.
#[derive(Debug)]
pub(crate) struct Committed<T> {
    /// The session as it is now.
    pub(crate) stored: Arc<Stored<T>>,
    /// The token that replaces the one it came in with.
    pub(crate) token: Option<Box<Token>>,
    /// Whether the token that it came in with is the session's current one.
    pub(crate) is_current: bool,
    /// Whether the cookie has become persistent, or ceased to be.
    pub(crate) persistence_changed: bool,
    /// How long the cookie lives, if it is persistent.
    pub(crate) max_age: Option<Duration>,
}
