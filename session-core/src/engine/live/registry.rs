//! The registry: the live sessions of one engine in this process, and which of them are to be asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::entry::Entry;
use super::keeper::{Asked, Finding, Keeper};
use super::known::Known;
use super::person::Person;
use super::watched::Watched;
use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;

/// The live sessions of one engine. Their holders wait; one task, the watcher, asks for all of them.
pub(crate) struct Registry {
    pub(crate) check_every: Duration,
    keeper: OnceLock<Weak<dyn Keeper>>,
    sessions: Mutex<Sessions>,
    /// How many there are.
    count: AtomicUsize,
    /// Whether somebody watches over them; written to while they are locked.
    pub(super) is_watched: AtomicBool,
    /// Wakes the watcher.
    pub(crate) woken: Notify,
}

#[derive(Default)]
pub(super) struct Sessions {
    pub(super) by_handle: HashMap<Handle, Entry>,
    /// Those that are not stored yet, by their address: nothing but a shutdown ends them.
    pub(super) unstored: HashMap<usize, Arc<Watched>>,
    pub(super) urgent: Vec<Handle>,
    pub(super) is_closed: bool,
    /// Before this nobody begins to watch: whoever did has panicked.
    pub(super) not_before: Option<Instant>,
}

impl Registry {
    pub(crate) fn new(check_every: Duration) -> Self {
        Self {
            check_every,
            keeper: OnceLock::new(),
            sessions: Mutex::default(),
            count: AtomicUsize::new(0),
            is_watched: AtomicBool::new(false),
            woken: Notify::new(),
        }
    }

    /// Who is asked.
    pub(crate) fn keeper(&self) -> Option<Arc<dyn Keeper>> {
        self.keeper.get()?.upgrade()
    }

    /// This one is asked from now on.
    pub(crate) fn set_keeper(&self, keeper: Weak<dyn Keeper>) {
        _ = self.keeper.set(keeper);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    /// This holder's session is not stored yet.
    pub(crate) fn wait_for(&self, watched: &Arc<Watched>) {
        let mut sessions = self.lock();
        if sessions.is_closed {
            drop(sessions);
            return watched.end_with(EndReason::Shutdown);
        }
        sessions.unstored.insert(address(watched), Arc::clone(watched));
    }

    /// Watches a session for this holder. It is asked for at once: it may have ended since it was loaded.
    pub(crate) fn watch(&self, watched: &Arc<Watched>, known: Known) {
        let Known { handle, person, owner, ends } = known;
        let mut sessions = self.lock();
        if sessions.is_closed {
            drop(sessions);
            return watched.end_with(EndReason::Shutdown);
        }
        {
            let mut place = watched.place();
            (place.handle, place.person, place.becoming) = (Some(handle), person, None);
        }
        let session = sessions.by_handle.entry(handle).or_insert_with(|| {
            self.count.fetch_add(1, Ordering::Relaxed);
            Entry::default()
        });
        session.holders.push(Arc::clone(watched));
        session.owner = owner.or_else(|| session.owner.take());
        session.ends = ends.or(session.ends);
        sessions.ask_for(handle);
        drop(sessions);
        self.woken.notify_one();
    }

    /// This holder watches it no more.
    pub(crate) fn leave(&self, watched: &Watched) {
        let mut sessions = self.lock();
        let Some(handle) = watched.place().handle else {
            sessions.unstored.remove(&address(watched));
            return;
        };
        if let Some(session) = sessions.by_handle.get_mut(&handle) {
            session.holders.retain(|holder| !std::ptr::eq(&raw const **holder, watched));
            if session.holders.is_empty() {
                self.remove(&mut sessions, handle);
            }
        }
    }

    /// This process is about to end the session, for this reason; or has failed to. Others may see that it is
    /// over before this process is answered.
    pub(crate) fn note_ending(&self, handle: Handle, reason: Option<EndReason>) {
        if !self.is_empty()
            && let Some(session) = self.lock().by_handle.get_mut(&handle)
        {
            session.ending = reason;
        }
    }

    /// This process has ended the session.
    pub(crate) fn end(&self, handle: Handle, reason: EndReason) {
        if self.is_empty() {
            return;
        }
        let ended = self.remove(&mut self.lock(), handle);
        if let Some(session) = ended {
            session.end(reason);
        }
    }

    /// The session has another handle from now on, and is this person's.
    pub(crate) fn rename(&self, from: Handle, to: Handle, person: Person) {
        if self.is_empty() {
            return;
        }
        let mut sessions = self.lock();
        let Some(mut session) = self.remove(&mut sessions, from) else { return };
        let ended: Vec<_> =
            session.holders.extract_if(.., |holder| !holder.may_be_of(person)).collect();
        if !session.holders.is_empty() {
            for holder in &session.holders {
                holder.place().handle = Some(to);
            }
            self.count.fetch_add(1, Ordering::Relaxed);
            sessions.by_handle.insert(to, Entry { is_urgent: false, ..session });
            sessions.ask_for(to);
        }
        drop(sessions);
        for holder in ended {
            holder.end_with(EndReason::PrincipalChanged);
        }
        self.woken.notify_one();
    }

    /// This process has renewed the session: it ends at this moment unless it is used again.
    pub(crate) fn renew(&self, handle: Handle, ends: Timestamp) {
        if !self.is_empty()
            && let Some(session) = self.lock().by_handle.get_mut(&handle)
        {
            session.ends = Some(ends);
        }
    }

    /// The session may have ended, or become another's.
    pub(crate) fn hint(&self, handle: Handle) {
        if !self.is_empty() && self.lock().ask_for(handle) {
            self.woken.notify_one();
        }
    }

    /// This process is about to end sessions of this person, which ones the store knows.
    pub(crate) fn note_endings(&self, person: Person, reason: EndReason) {
        if self.is_empty() {
            return;
        }
        for session in self.lock().by_handle.values_mut() {
            if session.ending.is_none() && session.is_of(person) {
                session.ending = Some(reason);
            }
        }
    }

    /// It has ended them, or nobody knows: those that are over are so for this reason.
    pub(crate) fn suspect(&self, person: Person, reason: EndReason) {
        if self.is_empty() {
            return;
        }
        let mut sessions = self.lock();
        let mut handles = Vec::new();
        for (handle, session) in &mut sessions.by_handle {
            if session.is_of(person) {
                session.ending = session.ending.filter(|ending| *ending != reason);
                session.suspected = Some(reason);
                handles.push(*handle);
            }
        }
        for handle in handles {
            sessions.ask_for(handle);
        }
        drop(sessions);
        self.woken.notify_one();
    }

    /// Ends all of them, and those that come from now on.
    pub(crate) fn close(&self) {
        let mut sessions = self.lock();
        sessions.is_closed = true;
        self.count.store(0, Ordering::Relaxed);
        let ended = std::mem::take(&mut sessions.by_handle);
        let unstored = std::mem::take(&mut sessions.unstored);
        drop(sessions);
        for holder in unstored.into_values() {
            holder.end_with(EndReason::Shutdown);
        }
        for session in ended.into_values() {
            session.end(EndReason::Shutdown);
        }
        self.woken.notify_one();
    }

    /// Any of them may have ended.
    pub(crate) fn hint_all(&self) {
        self.lock().ask_for_those(|_, _| true);
    }

    /// A moment has come: those whose deadline has passed are to be asked for, and of the others this part.
    /// By a clock in place of the store's, it is this moment.
    pub(crate) fn tick(
        &self,
        now: Instant,
        named: Option<Timestamp>,
        polled: impl Fn(Handle) -> bool,
    ) {
        if !self.is_empty() {
            self.lock().ask_for_those(|handle, session| {
                session.deadline.is_some_and(|deadline| deadline <= now)
                    || named.zip(session.ends).is_some_and(|(named, ends)| ends <= named)
                    || polled(handle)
            });
        }
    }

    /// The next that are to be asked for, at most so many.
    pub(crate) fn take_urgent(&self, limit: usize) -> Vec<Asked> {
        let mut sessions = self.lock();
        let Sessions { by_handle, urgent, .. } = &mut *sessions;
        let mut asked = Vec::new();
        while asked.len() < limit
            && let Some(handle) = urgent.pop()
        {
            if let Some(session) = by_handle.get_mut(&handle).filter(|session| session.is_urgent) {
                session.is_urgent = false;
                asked.push(Asked { handle, ends: session.ends, owner: session.owner.clone() });
            }
        }
        asked
    }

    /// What the store has said of a session. Answers whether it did.
    pub(crate) fn note(&self, handle: Handle, finding: Finding, now: Instant) -> bool {
        let mut sessions = self.lock();
        let Some(session) = sessions.by_handle.get_mut(&handle) else { return true };
        match finding {
            Finding::Unanswered => {
                sessions.ask_for(handle);
                false
            }
            Finding::Gone { expired } => {
                let reason = session.end_reason(expired, now);
                let ended = self.remove(&mut sessions, handle);
                drop(sessions);
                if let Some(session) = ended {
                    session.end(reason);
                }
                true
            }
            Finding::Alive(seen) => {
                let ended = session.see(seen, now);
                if session.holders.is_empty() {
                    self.remove(&mut sessions, handle);
                }
                drop(sessions);
                for holder in ended {
                    holder.end_with(EndReason::PrincipalChanged);
                }
                true
            }
        }
    }

    fn remove(&self, sessions: &mut Sessions, handle: Handle) -> Option<Entry> {
        let session = sessions.by_handle.remove(&handle)?;
        self.count.fetch_sub(1, Ordering::Relaxed);
        Some(session)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn address(watched: &Watched) -> usize {
    (&raw const *watched).addr()
}

impl Sessions {
    /// Answers whether nobody has said so before.
    fn ask_for(&mut self, handle: Handle) -> bool {
        let asks = self
            .by_handle
            .get_mut(&handle)
            .is_some_and(|session| !std::mem::replace(&mut session.is_urgent, true));
        if asks {
            self.urgent.push(handle);
        }
        asks
    }

    pub(super) fn ask_for_those(&mut self, wanted: impl Fn(Handle, &Entry) -> bool) {
        for (handle, session) in &mut self.by_handle {
            if !session.is_urgent && wanted(*handle, session) {
                session.is_urgent = true;
                self.urgent.push(*handle);
            }
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count.load(Ordering::Relaxed);
        f.debug_struct("Registry").field("sessions", &count).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
