//! A worker: runs batches, one at a time.

use std::future::{Future, ready};

use super::dispatcher::InFlight;
use super::scheduler::Scheduler;

/// Runs batches, one at a time, on a connection of its own, say.
pub trait Worker: Send + 'static {
    /// What it takes them from.
    type Scheduler: Scheduler;

    /// Gets ready for a batch: opens a connection, however often it takes. A worker that is not ready takes no batch,
    /// so that another may. Dropped at an await when the store is.
    fn prepare(&mut self) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// Runs a batch, and answers its calls. One that is dropped without an answer is
    /// [`Lost`](super::Unanswered::Lost).
    fn run(
        &mut self,
        batch: <Self::Scheduler as Scheduler>::Batch,
        in_flight: &mut InFlight<Self::Scheduler>,
    ) -> impl Future<Output = ()> + Send;
}
