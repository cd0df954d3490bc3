//! The session of one request: loaded once, shared by every guard and extractor, settled once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::arrival::Arrival;
use crate::draft::differ;
use crate::keys::KeyRing;
use crate::merge::merge;
use crate::secrets::{Other, is_due};
use crate::session::{Edits, Known, Session};
use crate::state::SessionState;
use crate::stored::Stored;
use crate::token::{Digest, Handle, Token};

/// One request's session. It lies in the request's extensions.
///
/// The lock is held while a guard opens or closes, never across an await.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    /// How many cookies of the session's name the request showed, good or bad.
    pub(crate) shown: usize,
    /// Where a session begun by this request is begun: the browser's `User-Agent`, shortened.
    pub(crate) label: Option<String>,
    /// See [`Arrived::Late`].
    pub(crate) is_late: bool,
    pub(crate) arrival: Arrival,
    /// Whether the request counts as a use of the session: one in the background does not.
    pub(crate) is_use: bool,
    draft: Mutex<Shared<T>>,
}

/// What the request's guards have made of the session so far.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    /// The stored session that the request came in with, until it is destroyed.
    pub(crate) bearer: Option<Bearer<T>>,
    /// What the request began with: the stored state, or a fresh one.
    pub(crate) base: Arc<T>,
    pub(crate) state: Arc<T>,
    pub(crate) edits: Edits,
    /// The stored session that a guard destroyed.
    pub(crate) ended: Option<Handle>,
    /// How often a guard destroyed the session: what began before that dies with it.
    generation: u32,
    outermost_is_open: bool,
    /// A guard with `commit = always` has merged its part: it is saved whatever is answered.
    pub(crate) must_commit: bool,
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
        let (record, now) = (&self.stored.record, self.stored.now());
        matches!(self.proof, Proof::Token { outdated: false, .. })
            && now.since(record.times.created) >= every
            && is_due(Other::find(&record.fields), record.times.created, now, every)
    }

    /// The cookie's token, if the browser is to have it again.
    pub(crate) fn token(self) -> Option<Token> {
        match self.proof {
            Proof::Token { token, outdated: false, .. } => Some(token),
            Proof::Token { .. } | Proof::Seal(_) => None,
        }
    }
}

impl<T: SessionState> Slot<T> {
    pub(crate) fn new(
        arrived: Arrived<T>,
        arrival: Arrival,
        is_use: bool,
        shown: usize,
        label: Option<String>,
    ) -> Self {
        let is_late = matches!(arrived, Arrived::Late);
        let bearer = match arrived {
            Arrived::With(bearer) => Some(bearer),
            Arrived::Anonymous | Arrived::Late => None,
        };
        let base =
            bearer.as_ref().map_or_else(Arc::default, |bearer| Arc::clone(&bearer.stored.state));
        let draft = Mutex::new(Shared {
            bearer,
            state: Arc::clone(&base),
            base,
            edits: Edits::default(),
            ended: None,
            generation: 0,
            outermost_is_open: false,
            must_commit: false,
            settled: false,
        });
        Self { shown, label, is_late, arrival, is_use, draft }
    }

    /// Whether the request's changes are saved already; what comes after needs a load of its own.
    pub(crate) fn is_settled(&self) -> bool {
        self.lock().settled
    }

    /// The session as the request has it at the moment.
    pub(crate) fn session(&self) -> Session<T> {
        self.lock().session()
    }

    /// Opens a transaction on it.
    pub(crate) fn open(self: &Arc<Self>) -> (Transaction<T>, Session<T>) {
        let mut shared = self.lock();
        let outermost = !std::mem::replace(&mut shared.outermost_is_open, true);
        let transaction =
            Transaction { slot: Arc::clone(self), outermost, generation: shared.generation };
        (transaction, shared.session())
    }

    fn lock(&self) -> MutexGuard<'_, Shared<T>> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: SessionState> Shared<T> {
    fn session(&self) -> Session<T> {
        let known = self.bearer.as_ref().map(|bearer| Known {
            handle: bearer.stored.record.handle,
            times: bearer.stored.record.times,
            form_key: bearer.form_key(),
        });
        Session::new(Arc::clone(&self.state), known)
    }

    /// Takes over what a guard made of the session.
    fn take(&mut self, session: Session<T>, generation: u32) {
        let (base, mine, edits): (_, _, Edits) = session.into_parts();
        if edits.destroyed {
            let bearer = self.bearer.take();
            self.ended = self.ended.or(bearer.map(|bearer| bearer.stored.record.handle));
            self.generation += 1;
            self.base = Arc::clone(&base);
            self.state = Arc::clone(&base);
            self.edits = Edits::default();
        } else if generation != self.generation {
            return;
        }
        self.edits = self.edits.and(edits);
        let Some(mine) = mine.filter(|mine| differ(&*base, mine)) else { return };
        self.state = if Arc::ptr_eq(&base, &self.state) {
            Arc::new(mine)
        } else {
            let mut state = T::clone(&self.state);
            merge(&*base, &mine, &mut state);
            Arc::new(state)
        };
    }

    /// Whether the destroyed session is all that is left to tell.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.generation > 0
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

impl<T: SessionState> Transaction<T> {
    pub(crate) fn slot(&self) -> &Slot<T> {
        &self.slot
    }

    /// Merges what this guard made of the session, to be saved even under a 5xx if `always`.
    pub(crate) fn merge(&self, session: Session<T>, always: bool) {
        let mut shared = self.slot.lock();
        shared.take(session, self.generation);
        shared.must_commit |= always;
    }

    /// What all guards have made of the session, for the outermost one to settle.
    pub(crate) fn outcome(&self) -> Option<Shared<T>> {
        let mut shared = self.slot.lock();
        if !self.outermost {
            return None;
        }
        let state = Arc::clone(&shared.state);
        let settled = Shared {
            bearer: None,
            base: Arc::clone(&state),
            state,
            edits: Edits::default(),
            ended: None,
            generation: 0,
            outermost_is_open: false,
            must_commit: false,
            settled: true,
        };
        Some(std::mem::replace(&mut *shared, settled))
    }
}

impl<T: SessionState> Drop for Transaction<T> {
    fn drop(&mut self) {
        if self.outermost {
            self.slot.lock().outermost_is_open = false;
        }
    }
}
