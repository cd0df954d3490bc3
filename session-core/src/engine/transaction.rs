//! The transaction: the session of one request, loaded once, passed on from scope to scope, saved
//! once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::crypto::time::Timestamp;
use crate::engine::error::{Error, Refusal};
use crate::engine::identity::{Identity, Proof, Proven};
use crate::engine::incoming::{Incoming, Request, Usage};
use crate::engine::label::Labels;
use crate::engine::live::{Live, OfRequest, Registry};
use crate::engine::scopes::{Handed, Opening, ScopeId};
use crate::engine::shared::{Attempt, Closures, Shared};
use crate::engine::working_copy::WorkingCopy;
use crate::state::session_state::{SessionState, type_name};
use crate::store::Times;

/// One request's session. It lies in the request's extensions.
///
/// The lock is held while a scope opens or closes, never across an await.
#[derive(Debug)]
pub(crate) struct Transaction<T> {
    pub(crate) incoming: Incoming,
    pub(crate) identity: Identity<T>,
    /// What its times are once it is renewed, if a use of it renews it.
    renewed: Option<Times>,
    shared: Mutex<Shared<T>>,
    /// Wakes those that wait for their turn.
    turns: Notify,
    /// Wakes the threads whose closures wait for another thread's.
    closure_ends: Condvar,
    pub(crate) live: OfRequest,
}

/// What a scope leaves of the session.
pub(crate) enum Left<T> {
    /// What it has made of it.
    Written(WorkingCopy<T>),
    /// It only read.
    Read,
}

/// How a scope ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// What was made of the session is passed on, to be saved if the request's response lets it.
    Commit,
    /// The same, to be saved whatever is answered.
    CommitAlways,
    /// The session is as it was handed to it.
    Discard,
}

impl<T> Transaction<T> {
    /// The session that the request came in with, whatever has become of it since.
    pub(crate) fn proven(&self) -> Option<&Proven<T>> {
        match &self.identity {
            Identity::Proven(proven) => Some(proven),
            Identity::Anonymous | Identity::Replaced(_) => None,
        }
    }

    /// One of the request's functions has this usage.
    pub(crate) fn note_usage(&self, usage: Usage) {
        if usage == Usage::Background {
            self.lock().usage = usage;
        }
    }

    /// The request, as far as its functions are known.
    pub(crate) fn request(&self) -> Request {
        Request { usage: self.lock().usage, ..self.incoming.request }
    }

    /// Whether its session is to be renewed, as far as its functions are known, and nobody does so yet. Who
    /// is answered yes is to do it.
    pub(crate) fn take_renewal(&self) -> bool {
        if self.renewed.is_none() {
            return false;
        }
        let mut shared = self.lock();
        let takes = shared.usage == Usage::Foreground && !shared.is_renewed;
        shared.is_renewed |= takes;
        takes
    }

    /// When its session ends unless it is used after this request.
    pub(crate) fn expires(&self) -> Option<Timestamp> {
        let times = self.proven()?.stored.record.times;
        let renewed = self.renewed.filter(|_| self.lock().usage == Usage::Foreground);
        Some(renewed.unwrap_or(times).expires)
    }

    /// Whether its outermost function has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.lock().is_saved
    }

    /// Where a session that this request begins is begun, for a device list: where the one was
    /// that it came in with, or else the browser's name for itself, as much as is kept of it.
    pub(crate) fn label(&self, labels: &Labels) -> Option<Arc<str>> {
        if let Some(Proven { proof: Proof::Token { .. }, stored }) = self.proven() {
            return stored.record.label.clone().filter(|_| !labels.keeps_none());
        }
        labels.of(self.incoming.user_agent.as_ref()?)
    }

    /// Whether the scope that a request names, or one that it was opened in, has not ended.
    pub(crate) fn is_open(&self, scope: Option<ScopeId>) -> bool {
        self.lock().scopes.is_open(scope)
    }

    /// A turn has ended: it is another's.
    fn pass_on(&self, shared: &Shared<T>) {
        if shared.is_awaited {
            self.turns.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared<T>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: SessionState> Transaction<T> {
    pub(crate) fn new(
        incoming: Incoming,
        identity: Identity<T>,
        renewed: Option<Times>,
        live: &Arc<Registry>,
    ) -> Self {
        let shared = Shared::new(as_loaded(&identity), incoming.request.usage);
        Self {
            incoming,
            identity,
            renewed,
            shared: Mutex::new(shared),
            turns: Notify::new(),
            closure_ends: Condvar::new(),
            live: OfRequest::new(live),
        }
    }

    /// Opens the session for the first that asks for it.
    pub(crate) fn open_first(&self, opening: Opening) -> (Option<ScopeId>, WorkingCopy<T>) {
        match self.attempt(None, opening) {
            Attempt::Opened(scope, copy) => (scope, copy),
            _ => unreachable!("nobody else knows it yet"),
        }
    }

    /// Opens the session in the scope that the request names, and answers what it is at the moment
    /// and its own scope, if it gets one. Waits for its turn if somebody beside it writes. None if
    /// the request's changes are saved already.
    pub(crate) async fn open(
        &self,
        under: Option<ScopeId>,
        opening: Opening,
        patience: Duration,
    ) -> Result<Option<(Option<ScopeId>, WorkingCopy<T>)>, Refusal> {
        match self.attempt(under, opening) {
            Attempt::Opened(scope, copy) => Ok(Some((scope, copy))),
            Attempt::Refused(refusal) => Err(refusal),
            Attempt::Saved => Ok(None),
            Attempt::Wait => Box::pin(self.wait(under, opening, patience)).await,
        }
    }

    async fn wait(
        &self,
        under: Option<ScopeId>,
        opening: Opening,
        patience: Duration,
    ) -> Result<Option<(Option<ScopeId>, WorkingCopy<T>)>, Refusal> {
        let until = Instant::now() + patience;
        loop {
            let mut turn = std::pin::pin!(self.turns.notified());
            // From here on nobody ends unnoticed.
            turn.as_mut().enable();
            match self.attempt(under, opening) {
                Attempt::Opened(scope, copy) => return Ok(Some((scope, copy))),
                Attempt::Refused(refusal) => return Err(refusal),
                Attempt::Saved => return Ok(None),
                Attempt::Wait => {}
            }
            if timeout_at(until, turn).await.is_err() {
                return Err(Refusal::Busy(patience));
            }
        }
    }

    fn attempt(&self, under: Option<ScopeId>, opening: Opening) -> Attempt<T> {
        self.lock().attempt(under, opening)
    }

    /// The body of the scope's function begins. The answer is what its extractors have made of the
    /// session, if they have changed it.
    pub(crate) fn begin(&self, scope: ScopeId) -> Option<WorkingCopy<T>> {
        let mut shared = self.lock();
        let begins = shared.scopes.begin(scope);
        let may_differ = begins && !matches!(shared.closures, Closures::Unused);
        may_differ.then(|| shared.now.clone())
    }

    /// The body of a function that reads begins. The answer is what its extractors have made of the
    /// session, if they may have changed it.
    pub(crate) fn begin_reading(&self, scope: Option<ScopeId>) -> Option<WorkingCopy<T>> {
        if matches!(self.lock().closures, Closures::Unused) {
            return None;
        }
        // While another has it to change, the view stays as it was opened.
        self.read(scope).ok()
    }

    /// The session as it is at the moment, for a closure that reads it; once it is saved, as it was then.
    pub(crate) fn read(&self, under: Option<ScopeId>) -> Result<WorkingCopy<T>, Error> {
        let mut shared = self.wait_for_closures()?;
        if shared.is_saved && !shared.scopes.is_open(under) {
            return Ok(shared.now.clone());
        }
        match shared.attempt(under, Opening::Look) {
            Attempt::Opened(_, copy) => Ok(copy),
            other => Err(other.refused()),
        }
    }

    /// Opens a scope for a closure that changes the session, and answers what it is at the moment.
    pub(crate) fn begin_change(
        &self,
        under: Option<ScopeId>,
    ) -> Result<(ScopeId, WorkingCopy<T>), Error> {
        let mut shared = self.wait_for_closures()?;
        match shared.attempt(under, Opening::Change) {
            Attempt::Opened(Some(scope), copy) => {
                shared.closures = Closures::Running(thread::current().id());
                Ok((scope, copy))
            }
            other => Err(other.refused()),
        }
    }

    /// Ends the scope of a closure that leaves the session like this. Refuses a log-in or log-out by an
    /// extractor of a function that has the session already: that has checked who is logged in.
    pub(crate) fn end_change(&self, scope: ScopeId, left: WorkingCopy<T>) -> Result<(), Error> {
        let mut shared = self.lock();
        // Its function may have ended meanwhile, on another thread.
        if shared.is_saved || !shared.scopes.is_attached(scope) {
            return Err(Error::Saved(type_name::<T>()));
        }
        let extracts = shared.scopes.is_in_extracting(scope);
        if extracts && left.logs_in_or_out_since(&shared.now) {
            return Err(Error::BeforeBody(type_name::<T>()));
        }
        drop(shared.scopes.close(scope));
        shared.now = left;
        self.pass_on(&shared);
        Ok(())
    }

    /// The closure is over, be it by a panic: the session is another's, and unless the change has
    /// ended as it was.
    pub(crate) fn release_change(&self, scope: ScopeId) {
        self.abandon(scope);
        self.lock().closures = Closures::Idle;
        self.closure_ends.notify_all();
    }

    /// Waits while another thread's closure has the session; refuses a closure inside of a closure.
    fn wait_for_closures(&self) -> Result<MutexGuard<'_, Shared<T>>, Error> {
        let mut shared = self.lock();
        while let Closures::Running(thread) = shared.closures {
            if thread == thread::current().id() {
                return Err(Error::Held(type_name::<T>()));
            }
            shared = self.closure_ends.wait(shared).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(shared)
    }

    /// Its live session: of the one that it came in with, unless that was destroyed.
    pub(crate) fn live(&self, is_destroyed: bool) -> Live {
        let loaded = self.proven().filter(|_| !is_destroyed);
        Live::new(self.live.give(loaded.map(|proven| &*proven.stored)))
    }

    /// The same, as the session is at the moment.
    pub(crate) fn live_now(&self) -> Live {
        let is_destroyed = self.lock().now.is_destroyed;
        self.live(is_destroyed)
    }

    /// The scope lends the session as it has made it.
    pub(crate) fn lend(&self, scope: ScopeId, copy: WorkingCopy<T>) {
        let mut shared = self.lock();
        shared.now = copy;
        shared.scopes.lend(scope);
    }

    /// The scope takes the session back, and gets what was made of it inside.
    pub(crate) fn take_back(&self, scope: ScopeId) -> WorkingCopy<T> {
        let mut shared = self.lock();
        shared.scopes.take_back(scope);
        self.pass_on(&shared);
        shared.now.clone()
    }

    /// Ends a scope that leaves the session like this. The answer is what there may be to save: of
    /// the outermost scope what all have made of the session, of one that was cut off what it has
    /// made of it by itself.
    pub(crate) fn end(&self, scope: ScopeId, left: Left<T>, end: End) -> Option<WorkingCopy<T>> {
        let mut shared = self.lock();
        let (is_attached, is_outermost) =
            (shared.scopes.is_attached(scope), shared.scopes.is_outermost(scope));
        if end == End::CommitAlways {
            let Shared { now, kept, kept_count, scopes, .. } = &mut *shared;
            scopes.take_turns(scope, || Handed::of(now, kept.as_ref(), *kept_count));
        }
        let handed = shared.scopes.close(scope);
        self.pass_on(&shared);
        if !is_attached {
            return match (left, handed) {
                (Left::Written(left), Some(handed)) if end != End::Discard => {
                    Some(left.since(handed.copy))
                }
                _ => None,
            };
        }
        match end {
            End::Commit | End::CommitAlways => {
                match left {
                    Left::Written(left) => shared.now = left,
                    Left::Read => {}
                }
                if end == End::CommitAlways {
                    shared.kept = Some(shared.now.clone());
                    shared.kept_count += 1;
                }
            }
            End::Discard => shared.discard(handed),
        }
        if !is_outermost {
            return None;
        }
        shared.is_saved = true;
        match end {
            End::Commit | End::CommitAlways => Some(shared.now.clone()),
            End::Discard => {
                let kept = shared.kept.clone();
                shared.now = kept.clone().unwrap_or_else(|| as_loaded(&self.identity));
                kept
            }
        }
    }

    /// Forgets what the session has become.
    pub(crate) fn forget_copies(&mut self) {
        let shared = self.shared.get_mut().unwrap_or_else(PoisonError::into_inner);
        shared.now = as_loaded(&self.identity);
        shared.kept = None;
    }

    /// A scope is dropped before its function has an answer: the session is as it was handed to
    /// it, whatever a guard with `commit = always` has left inside.
    pub(crate) fn abandon(&self, scope: ScopeId) {
        let mut shared = self.lock();
        if shared.scopes.is_over(scope) {
            return;
        }
        let is_attached = shared.scopes.is_attached(scope);
        let is_outermost = shared.scopes.is_outermost(scope);
        let handed = shared.scopes.close(scope);
        self.pass_on(&shared);
        if !is_attached {
            return;
        }
        if is_outermost {
            shared.is_saved = true;
            shared.now = as_loaded(&self.identity);
        } else if let Some(handed) = handed {
            shared.kept = handed.kept;
            shared.kept_count = handed.kept_count;
            shared.now = handed.copy;
        }
    }
}

/// The session as the request finds it.
fn as_loaded<T: SessionState>(identity: &Identity<T>) -> WorkingCopy<T> {
    WorkingCopy::new(match identity {
        Identity::Proven(proven) => Arc::clone(&proven.stored.state),
        Identity::Anonymous | Identity::Replaced(_) => Arc::default(),
    })
}
