//! The session of one request: loaded once, shared by every guard and extractor, saved once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderValue;

use crate::engine::controls::{Controls, HandlerChanges};
use crate::engine::identity::{Identity, Proof, Proven};
use crate::engine::store_clock::Arrival;
use crate::state::merge::{differ, merge};
use crate::state::session_state::SessionState;

/// One request's session. It lies in the request's extensions.
///
/// The lock is held while a guard opens or closes, never across an await.
#[derive(Debug)]
pub(crate) struct Transaction<T> {
    pub(crate) identity: Identity<T>,
    pub(crate) arrival: Arrival,
    pub(crate) usage: Usage,
    /// How many cookies of the session's name the request showed, good or bad.
    pub(crate) presented_cookies: usize,
    /// What the browser calls itself, for a session that begins with this request.
    pub(crate) user_agent: Option<HeaderValue>,
    working_copy: Mutex<WorkingCopy<T>>,
}

/// Whether a request counts as a use of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Somebody uses it: the idle limit starts anew.
    Foreground,
    /// The page asks by itself: nothing is renewed.
    Background,
}

/// What the request's guards have made of the session so far.
#[derive(Debug)]
pub(crate) struct WorkingCopy<T> {
    /// What the request began with: the stored state, or a fresh one.
    pub(crate) base: Arc<T>,
    pub(crate) state: Arc<T>,
    pub(crate) controls: Controls,
    /// How often a guard destroyed the session: what began before that dies with it.
    generation: u32,
    outermost_is_open: bool,
    /// A guard with `commit = always` has merged its part: it is saved whatever is answered.
    must_commit: bool,
    is_saved: bool,
}

/// The session as the request has it at the moment, to be handed to a guard or extractor.
pub(crate) struct View<T> {
    pub(crate) state: Arc<T>,
    /// The request that came in with it; none if it is not stored.
    pub(crate) transaction: Option<Arc<Transaction<T>>>,
}

impl<T> Transaction<T> {
    /// The session that the request came in with, whatever has become of it since.
    pub(crate) fn proven(&self) -> Option<&Proven<T>> {
        match &self.identity {
            Identity::Proven(proven) => Some(proven),
            Identity::Anonymous | Identity::Replaced => None,
        }
    }

    /// Where a session that this request begins is begun, for a device list: where the one was
    /// that it came in with, or else the browser's name for itself, in at most 200 bytes of
    /// printable ASCII.
    pub(crate) fn label(&self) -> Option<Arc<str>> {
        if let Some(Proven { proof: Proof::Token { .. }, stored }) = self.proven() {
            return stored.record.label.clone();
        }
        let agent = self.user_agent.as_ref()?.to_str().ok()?;
        let label: String = agent.chars().filter(|char| !char.is_control()).take(200).collect();
        Some(label.into())
    }
}

impl<T: SessionState> Transaction<T> {
    pub(crate) fn new(
        identity: Identity<T>,
        arrival: Arrival,
        usage: Usage,
        presented_cookies: usize,
        user_agent: Option<HeaderValue>,
    ) -> Self {
        let base = match &identity {
            Identity::Proven(proven) => Arc::clone(&proven.stored.state),
            Identity::Anonymous | Identity::Replaced => Arc::default(),
        };
        let working_copy = Mutex::new(WorkingCopy::new(base));
        Self { identity, arrival, usage, presented_cookies, user_agent, working_copy }
    }

    /// Whether the request's changes are saved already; what comes after needs a load of its own.
    pub(crate) fn is_saved(&self) -> bool {
        self.lock().is_saved
    }

    /// The session as the request has it at the moment.
    pub(crate) fn view(self: &Arc<Self>) -> View<T> {
        self.view_of(&self.lock())
    }

    /// Opens a guard's scope on it.
    pub(crate) fn open(self: &Arc<Self>) -> (Scope<T>, View<T>) {
        let mut copy = self.lock();
        let outermost = !std::mem::replace(&mut copy.outermost_is_open, true);
        let scope = Scope { transaction: Arc::clone(self), outermost, generation: copy.generation };
        (scope, self.view_of(&copy))
    }

    fn view_of(self: &Arc<Self>, copy: &WorkingCopy<T>) -> View<T> {
        let is_stored = !copy.is_destroyed() && matches!(self.identity, Identity::Proven(_));
        View { state: Arc::clone(&copy.state), transaction: is_stored.then(|| Arc::clone(self)) }
    }

    fn lock(&self) -> MutexGuard<'_, WorkingCopy<T>> {
        self.working_copy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: SessionState> WorkingCopy<T> {
    fn new(base: Arc<T>) -> Self {
        Self {
            state: Arc::clone(&base),
            base,
            controls: Controls::default(),
            generation: 0,
            outermost_is_open: false,
            must_commit: false,
            is_saved: false,
        }
    }

    /// Takes over what a guard made of the session.
    fn take(&mut self, changes: HandlerChanges<T>, generation: u32) {
        let HandlerChanges { base, copy, controls } = changes;
        if controls.destroyed {
            self.generation += 1;
            self.base = Arc::clone(&base);
            self.state = Arc::clone(&base);
            self.controls = Controls::default();
        } else if generation != self.generation {
            return;
        }
        self.controls = self.controls.and(controls);
        let Some(mine) = copy else { return };
        self.state = if Arc::ptr_eq(&base, &self.state) {
            Arc::new(mine)
        } else {
            let mut state = T::clone(&self.state);
            merge(&*base, &mine, &mut state);
            Arc::new(state)
        };
    }

    /// Whether a guard has destroyed the session that the request came in with.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.generation > 0
    }

    /// Whether the guards have left the state as the request found it.
    pub(crate) fn is_unchanged(&self) -> bool {
        Arc::ptr_eq(&self.base, &self.state) || !differ(&*self.base, &*self.state)
    }
}

/// One guard's part in a request's transaction, which ends by merging its changes. The outermost
/// one saves the request. Dropped before that (a panic, a time-out, another extractor refused the
/// request), it leaves no trace.
#[derive(Debug)]
pub(crate) struct Scope<T: SessionState> {
    transaction: Arc<Transaction<T>>,
    outermost: bool,
    generation: u32,
}

/// How a guard's scope ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Its part is merged, to be saved if the request's response lets it.
    Merge,
    /// Its part is merged, to be saved whatever is answered.
    MergeAlways,
    /// Its part is dropped.
    Drop,
}

impl<T: SessionState> Scope<T> {
    pub(crate) fn transaction(&self) -> &Arc<Transaction<T>> {
        &self.transaction
    }

    /// Ends it. Of the outermost one the answer is what all guards have made of the session, if
    /// it is to be saved.
    pub(crate) fn end(&mut self, changes: HandlerChanges<T>, end: End) -> Option<WorkingCopy<T>> {
        let mut copy = self.transaction.lock();
        if end != End::Drop {
            copy.take(changes, self.generation);
            copy.must_commit |= end == End::MergeAlways;
        }
        if !std::mem::take(&mut self.outermost) {
            return None;
        }
        let saved = WorkingCopy { is_saved: true, ..WorkingCopy::new(Arc::clone(&copy.state)) };
        let outcome = std::mem::replace(&mut *copy, saved);
        (end != End::Drop || outcome.must_commit).then_some(outcome)
    }
}

impl<T: SessionState> Drop for Scope<T> {
    fn drop(&mut self) {
        if self.outermost {
            self.transaction.lock().outermost_is_open = false;
        }
    }
}
