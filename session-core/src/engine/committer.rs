//! One change to a stored session, from "the handler left this" to "the store has it".
//!
//! The store is asked to write at the revision that the change was applied to. A conflict it
//! answers with the record as it is now, and the change is applied to that.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::Instant;

use crate::crypto::token::Handle;
use crate::engine::change::{Change, Committed};
use crate::engine::commit_queue::Waiting;
use crate::engine::draft::{Acknowledgement, Draft, SecretsIn};
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::store_clock::ClockReading;
use crate::engine::stored::Stored;
use crate::state::session_state::SessionState;
use crate::store::{StoreError, Updated};

/// How often a change is tried before its request is answered 503; the deadline comes first,
/// unless the store is very quick.
const MAX_ATTEMPTS: u32 = 256;
/// How often a log-in is tried that may have begun before its principal's sessions were ended: each
/// answer of the store tells more closely when that was.
pub(crate) const MAX_REFUSALS: u32 = 3;
/// The longest pause after a write. See [`Committer::run`].
const MAX_PAUSE: Duration = Duration::from_millis(50);

/// Saves one change, together with those that wait for the same session.
///
/// It joins the queue when this is called, so that the future need not keep the change twice:
/// each change moves and allocates its future.
pub(crate) fn commit<T: SessionState>(
    engine: Arc<Engine<T>>,
    stored: Arc<Stored<T>>,
    change: Change<T>,
) -> impl Future<Output = Result<Committed<T>, Error>> + Send {
    let deadline = engine.store.deadline;
    let began = Instant::now();
    let until = began + deadline;
    let (reply, mut answer) = oneshot::channel();
    let joined = Committer::join(engine, Waiting { change, stored, until, reply });
    async move {
        if let Some((mut committer, first)) = joined {
            committer.save(first, began).await;
            if let Some(batch) = committer.next() {
                tokio::spawn(committer.run(batch));
            }
            // Whoever saves has its answer by now.
            match answer.try_recv() {
                Ok(answer) => return answer,
                Err(TryRecvError::Closed) => return Err(Error::Aborted),
                Err(TryRecvError::Empty) => {}
            }
        }
        match tokio::time::timeout_at(until, answer).await {
            Ok(answer) => answer.unwrap_or(Err(Error::Aborted)),
            Err(_) => Err(StoreError::Deadline(deadline).into()),
        }
    }
}

/// Who saves the changes to one session at the moment. There is one per session and process;
/// dropped before its queue is empty (a merge function panicked), it aborts all that wait.
struct Committer<T: SessionState> {
    engine: Arc<Engine<T>>,
    handle: Handle,
    /// The newest that is known of the session.
    latest: Arc<Stored<T>>,
    done: bool,
}

impl<T: SessionState> Committer<T> {
    /// Joins the queue of a session; whoever finds none becomes its committer.
    fn join(engine: Arc<Engine<T>>, waiting: Waiting<T>) -> Option<(Self, Vec<Waiting<T>>)> {
        let handle = waiting.stored.record.handle;
        let waiting = engine.commit_queues.join(handle, waiting)?;
        let latest = Arc::clone(&waiting.stored);
        Some((Self { engine, handle, latest, done: false }, vec![waiting]))
    }

    /// Those who came while the last ones were being saved.
    fn next(&mut self) -> Option<Vec<Waiting<T>>> {
        let batch = self.engine.commit_queues.next(self.handle);
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
            self.save(batch, began).await;
            let pause = self.engine.policy.jitter(began.elapsed().min(MAX_PAUSE));
            tokio::time::sleep(pause).await;
            match self.next() {
                Some(more) => batch = more,
                None => return,
            }
        }
    }

    /// Saves these changes, as if they had come one after the other.
    async fn save(&mut self, mut batch: Vec<Waiting<T>>, began: Instant) {
        let mut now = began;
        while !batch.is_empty() {
            batch = self.save_together(batch, now).await;
            now = Instant::now();
        }
    }

    /// Saves these changes in one write. Answers those that could not be applied to what the others make of
    /// the session: whether a log-in has ended them, say, is known when it is stored.
    async fn save_together(
        &mut self,
        mut batch: Vec<Waiting<T>>,
        mut now: Instant,
    ) -> Vec<Waiting<T>> {
        let until = now + self.engine.store.deadline;
        for late in batch.extract_if(.., |waiting| waiting.until <= now) {
            late.answer(Err(self.out_of_time()));
        }
        for waiting in &batch {
            if waiting.stored.record.revision > self.latest.record.revision {
                self.latest = Arc::clone(&waiting.stored);
            }
        }
        let mut reading = self.latest.clock_reading();
        let mut refusals = 0;
        for _ in 0..MAX_ATTEMPTS {
            let mut draft = Draft::of(&self.latest, SecretsIn::Record);
            let (mut applied, mut later) = (Vec::with_capacity(batch.len()), Vec::new());
            for mut waiting in batch {
                match draft.apply(&mut waiting.change, &self.engine.policy) {
                    Ok(acknowledgement) => applied.push((waiting, acknowledgement)),
                    Err(_) if !applied.is_empty() => later.push(waiting),
                    Err(error) => waiting.answer(Err(error)),
                }
            }
            if applied.is_empty() {
                return later;
            }
            let (stored_bytes, updated) = match draft.update(&self.engine.policy, reading) {
                Ok(Some(update)) => {
                    let left = until.saturating_duration_since(now);
                    let stored_bytes = Arc::clone(&update.fields);
                    (stored_bytes, self.engine.store.update(update, left))
                }
                Ok(None) => {
                    self.acknowledge(applied);
                    return later;
                }
                Err(error) => {
                    fail(unapplied(applied), &error);
                    return later;
                }
            };
            match updated.await {
                Ok(Updated::Saved(times)) => {
                    self.latest = Arc::new(draft.saved(times));
                    self.engine.remember(&self.latest, stored_bytes);
                    self.acknowledge(applied);
                    return later;
                }
                Ok(Updated::Conflict(record)) => match self.engine.decode(*record) {
                    Ok(Some(stored)) => self.latest = Arc::new(stored),
                    // It was ended, and that is remembered.
                    Ok(None) => return fail(all(applied, later), &Error::Ended),
                    Err(error) => return fail(all(applied, later), &error),
                },
                Ok(Updated::Gone) => {
                    self.engine.decode_cache.forget(self.handle);
                    return fail(all(applied, later), &Error::Ended);
                }
                Ok(Updated::Revoked(time)) => {
                    let newer = ClockReading::now(time);
                    refusals += 1;
                    if refusals == MAX_REFUSALS || !draft.began_later_by(newer, reading) {
                        applied = refuse_log_ins(applied);
                    }
                    reading = newer;
                }
                Err(error) => return fail(all(applied, later), &error.into()),
            }
            batch = all(applied, later);
            now = Instant::now();
            if now >= until {
                return fail(batch, &self.out_of_time());
            }
        }
        fail(batch, &Error::Contended(MAX_ATTEMPTS))
    }

    /// Answers those whose changes are stored.
    fn acknowledge(&self, applied: Vec<(Waiting<T>, Acknowledgement)>) {
        for (waiting, acknowledgement) in applied {
            if acknowledgement.token.is_some() {
                self.engine.store.report(&SessionEvent::Rotated { handle: self.handle });
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
            self.engine.commit_queues.abort(self.handle);
        }
    }
}

/// Answers all of them this, so that nobody is left.
fn fail<T>(batch: Vec<Waiting<T>>, error: &Error) -> Vec<Waiting<T>> {
    for waiting in batch {
        waiting.answer(Err(error.clone()));
    }
    Vec::new()
}

/// Answers those whose log-in came too late, and leaves the others.
fn refuse_log_ins<T>(
    applied: Vec<(Waiting<T>, Acknowledgement)>,
) -> Vec<(Waiting<T>, Acknowledgement)> {
    let (late, others): (Vec<_>, Vec<_>) =
        applied.into_iter().partition(|(_, acknowledgement)| acknowledgement.logs_in);
    fail(unapplied(late), &Error::Ended);
    others
}

/// The changes as they were before they were applied.
fn unapplied<T>(applied: Vec<(Waiting<T>, Acknowledgement)>) -> Vec<Waiting<T>> {
    applied.into_iter().map(|(waiting, _)| waiting).collect()
}

/// All changes as they were: those that were applied, and those that could not be.
fn all<T>(applied: Vec<(Waiting<T>, Acknowledgement)>, later: Vec<Waiting<T>>) -> Vec<Waiting<T>> {
    unapplied(applied).into_iter().chain(later).collect()
}
