//! Where scripts run: on one server, or on the node of a cluster that has the key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::call::{Answer, Call, Naming};
use crate::cluster::Cluster;
use crate::fault::{Fault, Repeat};
use crate::queue::Queue;

/// The pauses between attempts grow from the first to the second.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(64));

/// A server or cluster, and how many operations may wait for it.
pub(crate) struct Server {
    nodes: Nodes,
    limit: usize,
    waiting: AtomicUsize,
}

pub(crate) enum Nodes {
    /// All keys are on one server.
    One(Queue),
    /// Each key is on one of them.
    Many(Cluster),
}

impl Server {
    pub(crate) fn new(nodes: Nodes, limit: usize) -> Self {
        Self { nodes, limit, waiting: AtomicUsize::new(0) }
    }

    /// Whether one script may touch several keys.
    pub(crate) fn is_one(&self) -> bool {
        matches!(self.nodes, Nodes::One(_))
    }

    /// Carries out the call, and tries again as long as there is time, a point in it and no harm.
    pub(crate) async fn run(
        &self,
        call: Call,
        repeat: Repeat,
        until: Instant,
    ) -> Result<Answer, Fault> {
        let _place = Place::take(&self.waiting, self.limit)?;
        let call = Arc::new(call);
        let mut naming = Naming::Hash;
        let (mut pause, longest) = PAUSES;
        // What the server last said, if it is not reached again in time.
        let mut said = None;
        loop {
            let fault = match self.send(&call, naming, until).await {
                Ok(answer) => return Ok(answer),
                Err(Fault::Unreachable(None)) if said.is_some() => Fault::Unreachable(said.take()),
                Err(fault) => fault,
            };
            if let Fault::NoScript(_) = fault {
                naming = Naming::Code;
                continue;
            }
            if !fault.permits_again(repeat) || Instant::now() + pause >= until {
                return Err(fault);
            }
            said = fault.cause().or(said);
            sleep(pause).await;
            pause = longest.min(pause * 2);
        }
    }

    async fn send(
        &self,
        call: &Arc<Call>,
        naming: Naming,
        until: Instant,
    ) -> Result<Answer, Fault> {
        match &self.nodes {
            Nodes::One(queue) => queue.ask(Arc::clone(call), naming, until).await,
            // Keys in one slot are few, and a command may not go to several.
            Nodes::Many(cluster) => {
                let command = Call::command(&[call], naming, "");
                // On the heap, since every call would be as large as this, on one server too.
                let reply = Box::pin(cluster.call(call.key(), &command, until)).await?;
                Answer::of_one(reply)
            }
        }
    }
}

/// A place among those that wait, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, limit: usize) -> Result<Self, Fault> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) < limit {
            return Ok(place);
        }
        Err(Fault::Overloaded(limit))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
