//! The session of one request: loaded once, shared by every guard and extractor, settled once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;

use crate::crypto::key_ring::KeyRing;
use crate::crypto::token::{Digest, Token};
use crate::engine::draft::differ;
use crate::engine::rotation::{Other, is_due};
use crate::engine::session::{Edits, Session};
use crate::engine::store_clock::Arrival;
use crate::engine::stored::Stored;
use crate::state::merge::merge;
use crate::state::session_state::SessionState;
use crate::store::Times;

/// One request's session. It lies in the request's extensions.
///
/// The lock is held while a guard opens or closes, never across an await.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    pub(crate) arrived: Arrived<T>,
    pub(crate) arrival: Arrival,
    /// Whether the request counts as a use of the session: one in the background does not.
    pub(crate) is_use: bool,
    /// How many cookies of the session's name the request showed, good or bad.
    pub(crate) shown: usize,
    /// What the browser calls itself, for a session that begins with this request.
    pub(crate) agent: Option<HeaderValue>,
    draft: Mutex<Shared<T>>,
}

/// What the request's guards have made of the session so far.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    /// What the request began with: the stored state, or a fresh one.
    pub(crate) base: Arc<T>,
    pub(crate) state: Arc<T>,
    pub(crate) edits: Edits,
    /// How often a guard destroyed the session: what began before that dies with it.
    generation: u32,
    outermost_is_open: bool,
    /// A guard with `commit = always` has merged its part: it is saved whatever is answered.
    must_commit: bool,
    settled: bool,
}

/// What a request came in with.
#[derive(Debug)]
pub(crate) enum Arrived<T> {
    /// No cookie, or one that is no session.
    Anonymous,
    /// A cookie that was replaced while the request was on its way: anonymous, and it may save
    /// nothing, since its answer would replace the new cookie.
    Late,
    /// A session.
    With(Bearer<T>),
}

/// A stored session, and what proved it.
#[derive(Debug)]
pub(crate) struct Bearer<T> {
    pub(crate) proof: Proof,
    pub(crate) stored: Arc<Stored<T>>,
}

/// What proved a session.
#[derive(Debug)]
pub(crate) enum Proof {
    /// A token. Its cookie is `stale` if it is signed with a retired key, or not signed though it
    /// should be. It is `outdated` if the browser has been given another since.
    Token { token: Token, digest: Digest, stale: bool, outdated: bool },
    /// That its cookie was sealed by us, with these keys.
    Seal(KeyRing),
}

impl<T> Bearer<T> {
    /// Whether the cookie or the record is to be sealed anew, even if nothing changed.
    pub(crate) fn is_stale(&self) -> bool {
        self.stored.stale || self.cookie_is_stale()
    }

    pub(crate) fn cookie_is_stale(&self) -> bool {
        matches!(self.proof, Proof::Token { stale: true, outdated: false, .. })
    }

    /// The digest of the secret that the request came in with.
    pub(crate) fn digest(&self) -> Digest {
        match &self.proof {
            Proof::Token { digest, .. } => *digest,
            Proof::Seal(_) => self.stored.record.digest,
        }
    }

    /// Whether its secret is so old that the browser should get another.
    pub(crate) fn is_due(&self, every: Duration) -> bool {
        let Times { now, created, .. } = self.stored.record.times;
        matches!(self.proof, Proof::Token { outdated: false, .. })
            && now.since(created) >= every
            && is_due(Other::find(&self.stored.record.fields), created, now, every)
    }

    /// The cookie's token, if the browser is to have it again.
    pub(crate) fn token(&self) -> Option<&Token> {
        match &self.proof {
            Proof::Token { token, outdated: false, .. } => Some(token),
            Proof::Token { .. } | Proof::Seal(_) => None,
        }
    }
}

impl<T> Slot<T> {
    /// The session that the request came in with, whatever has become of it since.
    pub(crate) fn bearer(&self) -> Option<&Bearer<T>> {
        match &self.arrived {
            Arrived::With(bearer) => Some(bearer),
            Arrived::Anonymous | Arrived::Late => None,
        }
    }
}

impl<T: SessionState> Slot<T> {
    pub(crate) fn new(
        arrived: Arrived<T>,
        arrival: Arrival,
        is_use: bool,
        shown: usize,
        agent: Option<HeaderValue>,
    ) -> Self {
        let base = match &arrived {
            Arrived::With(bearer) => Arc::clone(&bearer.stored.state),
            Arrived::Anonymous | Arrived::Late => Arc::default(),
        };
        let draft = Mutex::new(Shared::new(base));
        Self { arrived, arrival, is_use, shown, agent, draft }
    }

    /// Whether the request's changes are saved already; what comes after needs a load of its own.
    pub(crate) fn is_settled(&self) -> bool {
        self.lock().settled
    }

    /// The session as the request has it at the moment.
    pub(crate) fn session(self: &Arc<Self>) -> Session<T> {
        self.session_of(&self.lock())
    }

    /// Opens a transaction on it.
    pub(crate) fn open(self: &Arc<Self>) -> (Transaction<T>, Session<T>) {
        let mut shared = self.lock();
        let outermost = !std::mem::replace(&mut shared.outermost_is_open, true);
        let transaction =
            Transaction { slot: Arc::clone(self), outermost, generation: shared.generation };
        (transaction, self.session_of(&shared))
    }

    fn session_of(self: &Arc<Self>, shared: &Shared<T>) -> Session<T> {
        let is_stored = !shared.is_destroyed() && matches!(self.arrived, Arrived::With(_));
        Session::new(Arc::clone(&shared.state), is_stored.then(|| Arc::clone(self)))
    }

    fn lock(&self) -> MutexGuard<'_, Shared<T>> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: SessionState> Shared<T> {
    fn new(base: Arc<T>) -> Self {
        Self {
            state: Arc::clone(&base),
            base,
            edits: Edits::default(),
            generation: 0,
            outermost_is_open: false,
            must_commit: false,
            settled: false,
        }
    }

    /// Takes over what a guard made of the session.
    fn take(&mut self, session: Session<T>, generation: u32) {
        let (base, mine, edits): (_, _, Edits) = session.into_parts();
        if edits.destroyed {
            self.generation += 1;
            self.base = Arc::clone(&base);
            self.state = Arc::clone(&base);
            self.edits = Edits::default();
        } else if generation != self.generation {
            return;
        }
        self.edits = self.edits.and(edits);
        let Some(mine) = mine else { return };
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

/// One guard's part in a request's session: a transaction that ends by merging its changes. The
/// outermost one settles the request. Dropped before that (a panic, a time-out, another extractor
/// refused the request), it leaves no trace.
#[derive(Debug)]
pub(crate) struct Transaction<T: SessionState> {
    slot: Arc<Slot<T>>,
    outermost: bool,
    generation: u32,
}

/// How a guard's transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Its part is merged, to be saved if the request's response lets it.
    Merge,
    /// Its part is merged, to be saved whatever is answered.
    MergeAlways,
    /// Its part is dropped.
    Drop,
}

impl<T: SessionState> Transaction<T> {
    pub(crate) fn slot(&self) -> &Arc<Slot<T>> {
        &self.slot
    }

    /// Ends it. Of the outermost one the answer is what all guards have made of the session, to
    /// be settled, if it is to be saved.
    pub(crate) fn end(&mut self, session: Session<T>, end: End) -> Option<Shared<T>> {
        let mut shared = self.slot.lock();
        if end != End::Drop {
            shared.take(session, self.generation);
            shared.must_commit |= end == End::MergeAlways;
        }
        if !std::mem::take(&mut self.outermost) {
            return None;
        }
        let settled = Shared { settled: true, ..Shared::new(Arc::clone(&shared.state)) };
        let outcome = std::mem::replace(&mut *shared, settled);
        (end != End::Drop || outcome.must_commit).then_some(outcome)
    }
}

impl<T: SessionState> Drop for Transaction<T> {
    fn drop(&mut self) {
        if self.outermost {
            self.slot.lock().outermost_is_open = false;
        }
    }
}
