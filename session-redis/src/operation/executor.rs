//! The executor: runs a script on the server that has its key, and again where that is safe and may help.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use tokio::time::{Instant, sleep};

use crate::batch::{Answer, Queue};
use crate::cluster::Router;
use crate::connection::{CommandError, Retry};
use crate::scripts::{Eval, Invocation};

/// The pauses between attempts grow from the first to the second.
const MIN_BACKOFF: Duration = Duration::from_millis(2);
const MAX_BACKOFF: Duration = Duration::from_millis(64);

/// How many scripts of one operation run at the same time in a cluster, where each is a command.
pub(super) const MAX_CONCURRENT: usize = 32;

/// The same on one server, where a command carries many: enough for all that may be in flight.
const MAX_CONCURRENT_IN_BATCHES: usize = 512;

/// Runs scripts, of which so many may wait for their answers.
pub(crate) struct Executor {
    topology: Topology,
    max_waiting: usize,
    waiting: AtomicUsize,
}

/// Which servers have the keys.
pub(crate) enum Topology {
    /// One server has all of them.
    Standalone(Queue),
    /// Each node of a cluster has some of them.
    Cluster(Router),
}

impl Executor {
    pub(crate) fn new(topology: Topology, max_waiting: usize) -> Self {
        Self { topology, max_waiting, waiting: AtomicUsize::new(0) }
    }

    /// Whether one server has all keys, so that one script may touch several.
    pub(crate) fn is_standalone(&self) -> bool {
        matches!(self.topology, Topology::Standalone(_))
    }

    /// Which servers have the keys.
    pub(super) fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Runs the script, and tries again until the deadline where that is safe and may help.
    pub(crate) async fn run(
        &self,
        invocation: Invocation,
        retry: Retry,
        deadline: Instant,
    ) -> Result<Answer, CommandError> {
        let _permit = Permit::acquire(&self.waiting, self.max_waiting)?;
        self.attempt(invocation, retry, deadline).await
    }

    /// The same for several as one operation: no more of them than are useful run at the same time. Returns
    /// their answers in their order, or the first error.
    pub(crate) async fn run_each(
        &self,
        invocations: impl Iterator<Item = Invocation>,
        retry: Retry,
        deadline: Instant,
    ) -> Result<Vec<Answer>, CommandError> {
        let _permit = Permit::acquire(&self.waiting, self.max_waiting)?;
        let concurrent =
            if self.is_standalone() { MAX_CONCURRENT_IN_BATCHES } else { MAX_CONCURRENT };
        iter(invocations)
            .map(|invocation| self.attempt(invocation, retry, deadline))
            .buffered(concurrent)
            .try_collect()
            .await
    }

    async fn attempt(
        &self,
        invocation: Invocation,
        retry: Retry,
        deadline: Instant,
    ) -> Result<Answer, CommandError> {
        let invocation = Arc::new(invocation);
        let mut eval = Eval::ByHash;
        let mut backoff = MIN_BACKOFF;
        // The cause of the last error that had one, if the server does not answer again in time.
        let mut last_cause = None;
        loop {
            let error = match self.send(&invocation, eval, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error.or_earlier(last_cause.as_ref()),
            };
            if let CommandError::NoScript(_) = error {
                eval = Eval::ByCode;
                continue;
            }
            if !error.is_retryable(retry) || Instant::now() + backoff >= deadline {
                return Err(error);
            }
            last_cause = error.cause().or(last_cause);
            sleep(backoff).await;
            backoff = MAX_BACKOFF.min(backoff * 2);
        }
    }

    async fn send(
        &self,
        invocation: &Arc<Invocation>,
        eval: Eval,
        deadline: Instant,
    ) -> Result<Answer, CommandError> {
        match &self.topology {
            Topology::Standalone(queue) => queue.run(Arc::clone(invocation), eval, deadline).await,
            // Few keys share a slot, and a command may not touch several slots.
            Topology::Cluster(router) => {
                let command = Invocation::command(&[invocation], eval, "");
                // On the heap: otherwise every operation's future would have this one's size, on one server too.
                let reply = Box::pin(router.send(invocation.key(), &command, deadline)).await?;
                Answer::read_one(reply)
            }
        }
    }
}

/// A permit to wait for an answer, given back when dropped.
struct Permit<'a>(&'a AtomicUsize);

impl<'a> Permit<'a> {
    fn acquire(waiting: &'a AtomicUsize, max_waiting: usize) -> Result<Self, CommandError> {
        let permit = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) < max_waiting {
            return Ok(permit);
        }
        Err(CommandError::Overloaded(max_waiting))
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
