//! The commit queues: the changes that wait while another change to the same session is saved.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::crypto::token::Handle;
use crate::engine::change::{Change, Committed};
use crate::engine::error::Error;
use crate::engine::handle_hasher::HandleHasher;
use crate::engine::stored::Stored;

/// The queue of each session that is being saved.
///
/// Within a process, changes to one session do not fight: the first saves its own, then all that
/// have come meanwhile in one write, and so on until nobody waits. However hot a session is, it
/// has one write in flight per process.
pub(crate) struct CommitQueues<T>(Mutex<HashMap<Handle, Vec<Waiting<T>>, HandleHasher>>);

/// A change that waits to be saved.
pub(crate) struct Waiting<T> {
    pub(crate) change: Change<T>,
    /// What its request loaded.
    pub(crate) stored: Arc<Stored<T>>,
    pub(crate) until: Instant,
    pub(crate) reply: oneshot::Sender<Result<Committed<T>, Error>>,
}

impl<T> CommitQueues<T> {
    /// Joins the session's queue. Whoever finds none opens it, gets its change back, and saves.
    pub(crate) fn join(&self, handle: Handle, waiting: Waiting<T>) -> Option<Waiting<T>> {
        let mut queues = self.lock();
        if let Some(queue) = queues.get_mut(&handle) {
            queue.push(waiting);
            return None;
        }
        queues.insert(handle, Vec::new());
        Some(waiting)
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
        Self(Mutex::default())
    }
}

impl<T> Waiting<T> {
    /// Whoever asked may be gone: then nobody needs the answer.
    pub(crate) fn answer(self, answer: Result<Committed<T>, Error>) {
        _ = self.reply.send(answer);
    }
}
