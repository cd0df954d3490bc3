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
    pub(crate) change: Change<T>,
    /// What its request loaded.
    pub(crate) stored: Arc<Stored<T>>,
    pub(crate) until: Instant,
    /// What its request may be told once the draft is stored to which it was applied.
    pub(crate) acknowledgement: Option<Acknowledgement>,
    reply: Reply<T>,
}

/// What becomes of a change.
pub(crate) type Answer<T> = Result<Committed<T>, Error>;

/// How a change's request gets its answer.
enum Reply<T> {
    /// It saves by itself.
    Here,
    /// It waits for another that does.
    To(oneshot::Sender<Answer<T>>),
    Given(Option<Answer<T>>),
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
        change: Change<T>,
        stored: Arc<Stored<T>>,
        until: Instant,
    ) -> Joined<T> {
        let handle = stored.record.handle;
        let waiting = |reply| Waiting { change, stored, until, acknowledgement: None, reply };
        match self.lock().entry(handle) {
            Entry::Occupied(mut queue) => {
                let (reply, answer) = oneshot::channel();
                queue.get_mut().push(waiting(Reply::To(reply)));
                Joined::Behind(answer)
            }
            Entry::Vacant(queue) => {
                queue.insert(Vec::new());
                Joined::First(waiting(Reply::Here))
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
        !matches!(self.reply, Reply::Given(_))
    }

    /// Whoever asked may be gone: then nobody needs the answer.
    pub(crate) fn answer(&mut self, answer: Answer<T>) {
        self.reply = match std::mem::replace(&mut self.reply, Reply::Given(None)) {
            Reply::To(reply) => {
                _ = reply.send(answer);
                Reply::Given(None)
            }
            Reply::Here | Reply::Given(_) => Reply::Given(Some(answer)),
        };
    }

    /// The answer, for whoever has saved by itself.
    pub(crate) fn into_answer(self) -> Option<Answer<T>> {
        match self.reply {
            Reply::Given(answer) => answer,
            Reply::Here | Reply::To(_) => None,
        }
    }
}
