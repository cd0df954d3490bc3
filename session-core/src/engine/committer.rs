//! One change to a stored session, from "the handler left this" to "the store has it".
//!
//! The store is asked to write at the revision that the change was applied to. A conflict it
//! answers with the record as it is now, and the change is applied to that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::Instant;

use crate::axum::sessions::Sessions;
use crate::crypto::token::{Handle, Token};
use crate::engine::change::Edit;
use crate::engine::draft::{Draft, Promise};
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::handle_hasher::ByHandle;
use crate::engine::store_clock::Sight;
use crate::engine::stored::Stored;
use crate::state::session_state::SessionState;
use crate::store::{StoreError, Updated};

/// How often a change is tried before its request is answered 503; the deadline comes first,
/// unless the store is very quick.
const ATTEMPTS: u32 = 256;
/// How often a log-in is tried that may have begun before its principal's sessions were ended: each
/// answer of the store tells more closely when that was.
pub(crate) const REFUSALS: u32 = 3;
/// The longest that a line rests after a write. See [`Lead::run`].
const LONGEST_REST: Duration = Duration::from_millis(50);

/// What a request tells the browser after its change was saved.
#[derive(Debug)]
pub(crate) struct Committed {
    /// The token that replaces the one it came in with.
    pub(crate) token: Option<Token>,
    /// Whether the cookie has become persistent, or ceased to be.
    pub(crate) persistence_changed: bool,
    /// How long the cookie lives, if it is persistent.
    pub(crate) max_age: Option<Duration>,
}

/// The changes that wait while another change to the same session is being saved, by session.
///
/// Within a process, changes to one session do not fight: the first saves its own, then all that
/// have come meanwhile in one write, and so on until nobody waits. However hot a session is, it
/// has one write in flight per process.
pub(crate) struct Lines<T>(Mutex<HashMap<Handle, Vec<Waiting<T>>, ByHandle>>);

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

struct Waiting<T> {
    edit: Edit<T>,
    /// What its request loaded.
    stored: Arc<Stored<T>>,
    until: Instant,
    reply: oneshot::Sender<Result<Committed, Error>>,
}

/// Saves one change, together with those that wait for the same session.
///
/// It stands in line when this is called, so that the future need not keep what it stands there
/// with twice: each change moves and allocates its future.
pub(crate) fn commit<T: SessionState>(
    sessions: Sessions<T>,
    stored: Arc<Stored<T>>,
    edit: Edit<T>,
) -> impl Future<Output = Result<Committed, Error>> + Send {
    let deadline = sessions.backend().deadline;
    let began = Instant::now();
    let until = began + deadline;
    let (reply, mut answer) = oneshot::channel();
    let joined = Lead::join(sessions, Waiting { edit, stored, until, reply });
    async move {
        if let Some((mut lead, first)) = joined {
            lead.save(first, began).await;
            if let Some(batch) = lead.next() {
                tokio::spawn(lead.run(batch));
            }
            // Whoever leads has its answer by now.
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
/// dropped before its line is empty (a merge function panicked), it sends everybody home.
struct Lead<T: SessionState> {
    sessions: Sessions<T>,
    handle: Handle,
    /// The newest that is known of the session.
    latest: Arc<Stored<T>>,
    done: bool,
}

impl<T: SessionState> Lead<T> {
    /// Joins the line of a session; whoever finds none leads it.
    fn join(sessions: Sessions<T>, waiting: Waiting<T>) -> Option<(Self, Vec<Waiting<T>>)> {
        let handle = waiting.stored.record.handle;
        let mut lines = sessions.lines().0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get_mut(&handle) {
            line.push(waiting);
            return None;
        }
        lines.insert(handle, Vec::new());
        drop(lines);
        let latest = Arc::clone(&waiting.stored);
        Some((Self { sessions, handle, latest, done: false }, vec![waiting]))
    }

    /// Those who came while the last ones were being saved. When nobody did, the line is closed.
    fn next(&mut self) -> Option<Vec<Waiting<T>>> {
        let mut lines = self.sessions.lines().0.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = lines.get_mut(&self.handle).map(std::mem::take).unwrap_or_default();
        if batch.is_empty() {
            lines.remove(&self.handle);
            self.done = true;
            return None;
        }
        Some(batch)
    }

    /// Saves until nobody waits. After each write it rests, for a random part of what that took.
    ///
    /// Whoever has just written knows the newest record and would win against a node that has
    /// yet to learn of it, again and again; resting lets the other in. The loser for its part
    /// tries again at once, since what it was answered is the newest there is.
    async fn run(mut self, mut batch: Vec<Waiting<T>>) {
        loop {
            let began = Instant::now();
            self.save(batch, began).await;
            tokio::time::sleep(self.sessions.jitter(began.elapsed().min(LONGEST_REST))).await;
            match self.next() {
                Some(more) => batch = more,
                None => return,
            }
        }
    }

    /// Saves these changes in one write, as if they had come one after the other.
    async fn save(&mut self, mut batch: Vec<Waiting<T>>, mut now: Instant) {
        let until = now + self.sessions.backend().deadline;
        for late in batch.extract_if(.., |waiting| waiting.until <= now) {
            late.answer(Err(self.out_of_time()));
        }
        for waiting in &batch {
            if waiting.stored.record.revision > self.latest.record.revision {
                self.latest = Arc::clone(&waiting.stored);
            }
        }
        let mut sight = self.latest.sight();
        let mut refusals = 0;
        for _ in 0..ATTEMPTS {
            let mut draft = Draft::of(&self.latest);
            let mut promised = Vec::with_capacity(batch.len());
            for mut waiting in batch {
                match draft.apply(&mut waiting.edit, &self.sessions) {
                    Ok(promise) => promised.push((waiting, promise)),
                    Err(error) => waiting.answer(Err(error)),
                }
            }
            if promised.is_empty() {
                return;
            }
            let (kept, updated) = match draft.update(&self.sessions, sight) {
                Ok(Some(update)) => {
                    let left = until.saturating_duration_since(now);
                    let kept = Arc::clone(&update.fields);
                    (kept, self.sessions.backend().update(update, left))
                }
                Ok(None) => return self.keep(promised),
                Err(error) => return fail(without_promises(promised), &error),
            };
            match updated.await {
                Ok(Updated::Saved(times)) => {
                    self.latest = Arc::new(draft.saved(times));
                    self.sessions.remember(&self.latest, kept);
                    return self.keep(promised);
                }
                Ok(Updated::Conflict(record)) => match self.sessions.decode(*record) {
                    Ok(stored) => self.latest = Arc::new(stored),
                    Err(error) => return fail(without_promises(promised), &error),
                },
                Ok(Updated::Gone) => {
                    self.sessions.decoded().forget(self.handle);
                    return fail(without_promises(promised), &Error::Ended);
                }
                Ok(Updated::Revoked(shown)) => {
                    let newer = Sight::now(shown);
                    refusals += 1;
                    if refusals == REFUSALS || !draft.began_later_by(newer, sight) {
                        promised = turn_away(promised);
                    }
                    sight = newer;
                }
                Err(error) => return fail(without_promises(promised), &error.into()),
            }
            batch = without_promises(promised);
            now = Instant::now();
            if now >= until {
                return fail(batch, &self.out_of_time());
            }
        }
        fail(batch, &Error::Contended(ATTEMPTS));
    }

    /// Keeps the promises: what they are about is stored.
    fn keep(&self, promised: Vec<(Waiting<T>, Promise)>) {
        for (waiting, promise) in promised {
            if promise.token.is_some() {
                self.sessions.backend().tell(&SessionEvent::Rotated { handle: self.handle });
            }
            waiting.answer(Ok(promise.kept(&self.latest.record.times)));
        }
    }

    fn out_of_time(&self) -> Error {
        StoreError::Deadline(self.sessions.backend().deadline).into()
    }
}

impl<T: SessionState> Drop for Lead<T> {
    fn drop(&mut self) {
        if !self.done {
            let mut lines = self.sessions.lines().0.lock().unwrap_or_else(PoisonError::into_inner);
            lines.remove(&self.handle);
        }
    }
}

impl<T> Waiting<T> {
    /// Whoever asked may be gone: then nobody needs the answer.
    fn answer(self, answer: Result<Committed, Error>) {
        _ = self.reply.send(answer);
    }
}

fn fail<T>(batch: Vec<Waiting<T>>, error: &Error) {
    for waiting in batch {
        waiting.answer(Err(error.clone()));
    }
}

/// Answers those whose log-in came too late, and leaves the others.
fn turn_away<T>(promised: Vec<(Waiting<T>, Promise)>) -> Vec<(Waiting<T>, Promise)> {
    let (late, others): (Vec<_>, Vec<_>) =
        promised.into_iter().partition(|(_, promise)| promise.logs_in);
    fail(without_promises(late), &Error::Ended);
    others
}

fn without_promises<T>(promised: Vec<(Waiting<T>, Promise)>) -> Vec<Waiting<T>> {
    promised.into_iter().map(|(waiting, _)| waiting).collect()
}
