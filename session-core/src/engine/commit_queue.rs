//! The commit queues: the changes that wait while another change to the same session is saved.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::crypto::token::Handle;
use crate::engine::change::{Change, Committed};
use crate::engine::draft::Acknowledgement;
use crate::engine::error::Error;
use crate::engine::handle_hasher::HandleHasher;
use crate::engine::stored::Stored;

/// The queue of each session that is being saved.
///
/// Within a process, changes to one session do not fight: the first saves its own, then all that
/// have come meanwhile in one write, and so on until nobody waits. However hot a session is, it
/// has one write in flight per process.
pub(crate) struct CommitQueues<T>(Mutex<HashMap<Handle, Vec<Waiting<T>>, HandleHasher>>);

/// A change that is to be saved.
pub(crate) struct Waiting<T> {
    pub(crate) change: Box<Change<T>>,
    /// What its request loaded.
    pub(crate) stored: Arc<Stored<T>>,
    pub(crate) until: Instant,
    pub(crate) progress: Progress<T>,
    /// None if its request saves by itself.
    reply: Option<oneshot::Sender<Answer<T>>>,
}

/// What becomes of a change.
pub(crate) type Answer<T> = Result<Committed<T>, Error>;

/// How far a change has come.
pub(crate) enum Progress<T> {
    Open,
    /// A draft has it, and this is what its request may be told once that is stored.
    Applied(Acknowledgement),
    /// With the answer, if that was not sent to another request.
    Answered(Option<Answer<T>>),
}

/// What a change finds in its session's queue.
pub(crate) enum Joined<T> {
    /// Nobody: its request is to save.
    First(Waiting<T>),
    /// Somebody who saves, and gives this the answer.
    Behind(oneshot::Receiver<Answer<T>>),
}

impl<T> CommitQueues<T> {
    /// Joins the session's queue. Whoever finds none opens it, and saves.
    pub(crate) fn join(
        &self,
        change: Box<Change<T>>,
        stored: Arc<Stored<T>>,
        until: Instant,
    ) -> Joined<T> {
        let handle = stored.record.handle;
        let waiting = |reply| Waiting { change, stored, until, progress: Progress::Open, reply };
        match self.lock().entry(handle) {
            Entry::Occupied(mut queue) => {
                let (reply, answer) = oneshot::channel();
                queue.get_mut().push(waiting(Some(reply)));
                Joined::Behind(answer)
            }
            Entry::Vacant(queue) => {
                queue.insert(Vec::new());
                Joined::First(waiting(None))
            }
        }
    }

    /// Those who came since the last call. When nobody did, the queue is closed.
    pub(crate) fn next(&self, handle: Handle) -> Option<Vec<Waiting<T>>> {
        let mut queues = self.lock();
        let batch = queues.get_mut(&handle).map(std::mem::take).unwrap_or_default();
        if batch.is_empty() {
            queues.remove(&handle);
            return None;
        }
        Some(batch)
    }

    /// Closes the session's queue; whoever waits in it is answered nothing.
    pub(crate) fn abort(&self, handle: Handle) {
        self.lock().remove(&handle);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Handle, Vec<Waiting<T>>, HandleHasher>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for CommitQueues<T> {
    fn default() -> Self {
        // With room, so that queues which come and go make no work for the map.
        Self(Mutex::new(HashMap::with_capacity_and_hasher(64, HandleHasher::default())))
    }
}

impl<T> Waiting<T> {
    /// Whether it is still to be answered.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.progress, Progress::Answered(_))
    }

    /// Whoever asked may be gone: then nobody needs the answer.
    pub(crate) fn answer(&mut self, answer: Answer<T>) {
        let answer = match self.reply.take() {
            None => Some(answer),
            Some(reply) => {
                _ = reply.send(answer);
                None
            }
        };
        self.progress = Progress::Answered(answer);
    }

    /// The answer, for a request that has saved by itself.
    pub(crate) fn take_answer(&mut self) -> Option<Answer<T>> {
        match &mut self.progress {
            Progress::Answered(answer) => answer.take(),
            Progress::Open | Progress::Applied(_) => None,
        }
    }
}
