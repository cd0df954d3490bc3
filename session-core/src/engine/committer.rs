//! One change to a stored session, from "the handler left this" to "the store has it".
//!
//! The store is asked to write at the revision that the change was applied to. A conflict it
//! answers with the record as it is now, and the change is applied to that.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::crypto::token::Handle;
use crate::engine::background;
use crate::engine::change::Change;
use crate::engine::commit_queue::{Answer, Joined, Progress, Waiting};
use crate::engine::draft::{Draft, SecretsIn};
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::store_clock::ClockReading;
use crate::engine::stored::Stored;
use crate::state::session_state::SessionState;
use crate::store::{StoreError, Updated};

/// How often a change is tried before its request gets 503; the deadline comes first,
/// unless the store is very quick.
pub(crate) const MAX_ATTEMPTS: u32 = 256;
/// How often a log-in is tried that may have begun before its principal's sessions were ended: each
/// answer of the store tells more closely when that was.
pub(crate) const MAX_REFUSALS: u32 = 3;
/// The longest pause after a write. See [`Committer::run`].
const MAX_PAUSE: Duration = Duration::from_millis(50);

/// Saves one change, together with those that wait for the same session.
///
/// It joins the queue when this is called, and what it finds there stays in its place, so that the future need
/// not keep the change twice: each change moves and allocates its future.
pub(crate) fn commit<T: SessionState>(
    engine: Arc<Engine<T>>,
    stored: Arc<Stored<T>>,
    change: Box<Change<T>>,
) -> impl Future<Output = Answer<T>> + Send {
    let deadline = engine.store.deadline;
    let began = Instant::now();
    let latest = Arc::clone(&stored);
    let mut joined = engine.commit_queues.join(change, stored, began + deadline);
    let mut committer = Committer { engine, latest, done: matches!(joined, Joined::Behind(_)) };
    async move {
        match &mut joined {
            Joined::First(own) => {
                committer.save(slice::from_mut(own), began).await;
                if let Some(batch) = committer.next() {
                    background::spawn(committer.run(batch));
                }
                own.take_answer().unwrap_or(Err(Error::Aborted))
            }
            Joined::Behind(answer) => {
                match Box::pin(tokio::time::timeout_at(began + deadline, answer)).await {
                    Ok(answer) => answer.unwrap_or(Err(Error::Aborted)),
                    Err(_) => Err(StoreError::Deadline(deadline).into()),
                }
            }
        }
    }
}

/// Who saves the changes to one session at the moment. There is one per session and process;
/// dropped before its queue is empty (a merge function panicked), it aborts all that wait.
struct Committer<T: SessionState> {
    engine: Arc<Engine<T>>,
    /// The newest that is known of the session.
    latest: Arc<Stored<T>>,
    done: bool,
}

impl<T: SessionState> Committer<T> {
    fn handle(&self) -> Handle {
        self.latest.record.handle
    }

    /// Those who came while the last ones were being saved.
    fn next(&mut self) -> Option<Vec<Waiting<T>>> {
        let batch = self.engine.commit_queues.next(self.handle());
        self.done = batch.is_none();
        batch
    }

    /// Saves until nobody waits. After each write it pauses, for a random part of what that took.
    ///
    /// Whoever has just written knows the newest record and would win against a node that has
    /// yet to learn of it, again and again; the pause lets the other in. The loser for its part
    /// tries again at once, since what it was answered is the newest there is.
    async fn run(mut self, mut batch: Vec<Waiting<T>>) {
        loop {
            let began = Instant::now();
            self.save(&mut batch, began).await;
            let pause = self.engine.policy.jitter(began.elapsed().min(MAX_PAUSE));
            tokio::time::sleep(pause).await;
            match self.next() {
                Some(more) => batch = more,
                None => return,
            }
        }
    }

    /// Saves these changes, as if they had come one after the other, and answers all of them. It is a block, since an
    /// `async fn` keeps its arguments twice.
    fn save<'a>(
        &'a mut self,
        batch: &'a mut [Waiting<T>],
        began: Instant,
    ) -> impl Future<Output = ()> + Send + 'a {
        let mut now = began;
        async move {
            loop {
                self.save_together(batch, now).await;
                if open(batch).next().is_none() {
                    return;
                }
                now = Instant::now();
            }
        }
    }

    /// Saves these changes in one write. Leaves those open that could not be applied to what the others make
    /// of the session: whether a log-in has ended them, say, is known when it is stored.
    fn save_together<'a>(
        &'a mut self,
        batch: &'a mut [Waiting<T>],
        mut now: Instant,
    ) -> impl Future<Output = ()> + Send + 'a {
        let until = now + self.engine.store.deadline;
        async move {
            for late in open(batch).filter(|waiting| waiting.until <= now) {
                late.answer(Err(self.out_of_time()));
            }
            for waiting in open(batch) {
                if waiting.stored.record.revision > self.latest.record.revision {
                    self.latest = Arc::clone(&waiting.stored);
                }
            }
            let mut reading = self.latest.clock_reading();
            let mut refusals = 0;
            for _ in 0..MAX_ATTEMPTS {
                let mut draft = Draft::of(&self.latest, SecretsIn::Record);
                let mut is_applied = false;
                for waiting in open(batch) {
                    match draft.apply(&mut waiting.change, &self.engine.policy) {
                        Ok(acknowledgement) => {
                            waiting.progress = Progress::Applied(acknowledgement);
                            is_applied = true;
                        }
                        Err(_) if is_applied => waiting.progress = Progress::Open,
                        Err(error) => waiting.answer(Err(error)),
                    }
                }
                if !is_applied {
                    return;
                }
                let (stored_bytes, updated) = match draft.update(&self.engine.policy, reading) {
                    Ok(Some(update)) => {
                        let left = until.saturating_duration_since(now);
                        let stored_bytes = Arc::clone(&update.fields);
                        (stored_bytes, self.engine.store.update(update, left))
                    }
                    Ok(None) => return self.acknowledge(batch),
                    Err(error) => return fail(applied(batch), &error),
                };
                match updated.await {
                    Ok(Updated::Saved(times)) => {
                        self.latest = Arc::new(draft.saved(times));
                        self.engine.remember(&self.latest, stored_bytes);
                        return self.acknowledge(batch);
                    }
                    Ok(Updated::Conflict(record)) => match self.engine.decode(*record) {
                        Ok(Some(stored)) => self.latest = Arc::new(stored),
                        // It was ended, and that is remembered.
                        Ok(None) => return fail(open(batch), &Error::Ended),
                        Err(error) => return fail(open(batch), &error),
                    },
                    Ok(Updated::Gone) => {
                        self.engine.decode_cache.forget(self.handle());
                        return fail(open(batch), &Error::Ended);
                    }
                    Ok(Updated::Revoked(time)) => {
                        let newer = ClockReading::now(time);
                        refusals += 1;
                        if refusals == MAX_REFUSALS || !draft.began_later_by(newer, reading) {
                            fail(applied(batch).filter(|waiting| logs_in(waiting)), &Error::Ended);
                        }
                        reading = newer;
                    }
                    Err(error) => return fail(open(batch), &error.into()),
                }
                now = Instant::now();
                if now >= until {
                    return fail(open(batch), &self.out_of_time());
                }
            }
            fail(open(batch), &Error::Contended(MAX_ATTEMPTS));
        }
    }

    /// Answers those whose changes are stored.
    fn acknowledge(&self, batch: &mut [Waiting<T>]) {
        for waiting in open(batch) {
            let Progress::Applied(acknowledgement) =
                std::mem::replace(&mut waiting.progress, Progress::Open)
            else {
                continue;
            };
            if acknowledgement.token.is_some() {
                self.engine.store.report(&SessionEvent::Rotated { handle: self.handle() });
            }
            waiting.answer(Ok(acknowledgement.committed(&self.latest)));
        }
    }

    fn out_of_time(&self) -> Error {
        StoreError::Deadline(self.engine.store.deadline).into()
    }
}

impl<T: SessionState> Drop for Committer<T> {
    fn drop(&mut self) {
        if !self.done {
            self.engine.commit_queues.abort(self.handle());
        }
    }
}

/// Those that have no answer yet.
fn open<T>(batch: &mut [Waiting<T>]) -> impl Iterator<Item = &mut Waiting<T>> {
    batch.iter_mut().filter(|waiting| waiting.is_open())
}

/// Those of them that were applied to the draft.
fn applied<T>(batch: &mut [Waiting<T>]) -> impl Iterator<Item = &mut Waiting<T>> {
    open(batch).filter(|waiting| matches!(waiting.progress, Progress::Applied(_)))
}

fn logs_in<T>(waiting: &Waiting<T>) -> bool {
    matches!(&waiting.progress, Progress::Applied(acknowledgement) if acknowledgement.logs_in)
}

/// Answers all of them this.
fn fail<'a, T: 'a>(batch: impl Iterator<Item = &'a mut Waiting<T>>, error: &Error) {
    for waiting in batch {
        waiting.answer(Err(error.clone()));
    }
}
