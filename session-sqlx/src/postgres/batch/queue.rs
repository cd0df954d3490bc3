//! The queue before the workers.

use std::sync::Arc;

use session_core::StoreError;
use session_core::store::batch;
use session_core::store::batch::Unanswered;
use tokio::time::Instant;

use super::call::Call;
use super::scheduler::{Scheduled, Scheduler};
use super::shared::Shared;
use super::worker::Worker;

/// Takes statements to the workers, and starts these at the first one.
pub(crate) struct Queue {
    shared: Arc<Shared>,
    calls: batch::Queue<Worker>,
}

impl Queue {
    pub(crate) fn new(shared: Shared, workers: usize, length: usize) -> Self {
        let shared = Arc::new(shared);
        let of_workers = Arc::clone(&shared);
        let make_worker = move || Worker::new(Arc::clone(&of_workers));
        let make_scheduler = move || Scheduler::new(workers);
        Self { shared, calls: batch::Queue::new(length, workers, make_scheduler, make_worker) }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn workers(&self) -> usize {
        self.calls.workers()
    }

    /// When an operation that begins now has to be done.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.shared.server.deadline()
    }

    /// Has a worker run this, and waits for its answer.
    pub(crate) async fn run<S: Scheduled>(
        &self,
        statement: S,
        deadline: Instant,
    ) -> Result<S::Answer, StoreError> {
        let (call, reply) = Call::new(statement, deadline);
        self.calls.push(|scheduler| S::enqueue(call, scheduler))?;
        match reply.wait().await {
            Ok(answer) => answer,
            Err(Unanswered::Deadline) => Err(self.shared.deadline_error()),
            Err(unanswered) => Err(unanswered.store_error(self.shared.server.deadline())),
        }
    }
}
