//! What the callers of a queue share with its workers.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::scheduler::Scheduler;
use crate::connection::ConnectionManager;

pub(super) struct Shared {
    pub(super) connection: ConnectionManager,
    /// The prefix of the keys of indexes.
    pub(super) prefix: String,
    scheduler: Mutex<Scheduler>,
}

impl Shared {
    pub(super) fn new(connection: ConnectionManager, prefix: String) -> Self {
        Self { connection, prefix, scheduler: Mutex::default() }
    }

    pub(super) fn scheduler(&self) -> MutexGuard<'_, Scheduler> {
        self.scheduler.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
