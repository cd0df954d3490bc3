//! The queue before a server: calls wait in it, and those that wait at the same time are sent as one command.

use std::sync::Arc;

use session_core::store::batch;
use session_core::store::batch::Unanswered;
use tokio::time::Instant;

use super::answer::Answer;
use super::call::{Call, Request};
use super::scheduler::Scheduler;
use super::worker::Worker;
use crate::connection::{CommandError, ConnectionManager};
use crate::scripts::{Eval, Invocation};

/// How many commands may be in flight: enough that few calls wait for an answer to others, and no more,
/// since a server carries out one after the other and each would carry fewer calls.
const MAX_IN_FLIGHT: usize = 4;

/// The executor bounds how many wait, those included that were sent.
const LENGTH: usize = usize::MAX;

/// The queue of calls to one server.
pub(crate) struct Queue {
    connection: ConnectionManager,
    calls: batch::Queue<Worker>,
}

impl Queue {
    pub(crate) fn new(connection: ConnectionManager, prefix: &str) -> Self {
        let worker = Worker::new(connection.clone(), prefix.into());
        let make_worker = move || worker.clone();
        let calls = batch::Queue::new(LENGTH, MAX_IN_FLIGHT, Scheduler::default, make_worker);
        Self { connection, calls }
    }

    /// Has the script run, and waits for its answer.
    ///
    /// Dropping this is harmless: a call that has not been sent yet is then not sent, and an answer thrown away.
    pub(crate) async fn run(
        &self,
        invocation: Arc<Invocation>,
        eval: Eval,
        deadline: Instant,
    ) -> Result<Answer, CommandError> {
        self.connection.connect(deadline).await?;
        let (call, reply) = Call::new(Request { invocation, eval }, deadline);
        let queued = self.calls.push(|scheduler| scheduler.push(call));
        queued.map_err(|_| CommandError::Overloaded(LENGTH))?;
        match reply.wait().await {
            Ok(answer) => answer,
            Err(Unanswered::Deadline) => Err(CommandError::TimedOut),
            Err(unanswered) => Err(CommandError::Lost(unanswered)),
        }
    }

    /// The connection that the calls are sent on.
    pub(crate) fn connection(&self) -> &ConnectionManager {
        &self.connection
    }
}
