//! The queue before a server: calls wait in it, and those that wait at the same time are sent as one command.
//!
//! No call waits for company: one that is alone is sent at once. Calls of the same turn of the runtime are sent
//! with it, and calls that arrive while as many commands are in flight as may be are sent when one of them is
//! answered.

use std::sync::Arc;

use tokio::time::{Instant, timeout_at};

use super::answer::Answer;
use super::call::Call;
use super::shared::Shared;
use super::worker::Worker;
use crate::connection::{CommandError, ConnectionManager};
use crate::scripts::{Eval, Invocation};

/// The queue of calls to one server. Clones share it.
#[derive(Clone)]
pub(crate) struct Queue(Arc<Shared>);

impl Queue {
    pub(crate) fn new(connection: ConnectionManager, prefix: &str) -> Self {
        Self(Arc::new(Shared::new(connection, prefix.to_owned())))
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
        self.0.connection.connect(deadline).await?;
        let (call, answer) = Call::new(invocation, eval);
        self.push(call);
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            // The runtime of the worker has ended, or the deadline has passed.
            Ok(Err(_)) | Err(_) => Err(CommandError::TimedOut),
        }
    }

    /// The connection that the calls are sent on.
    pub(crate) fn connection(&self) -> &ConnectionManager {
        &self.0.connection
    }

    fn push(&self, call: Call) {
        let mut scheduler = self.0.scheduler();
        scheduler.push(call);
        Worker::start_if_needed(&self.0, scheduler);
    }
}
