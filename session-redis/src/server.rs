//! Where scripts run: on one server, or on the node of a cluster that has the key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::{Cmd, Value};
use tokio::time::{Instant, sleep};

use crate::cluster::Cluster;
use crate::fault::{Fault, Repeat};
use crate::link::Link;
use crate::script::{Argument, Script};

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
    One(Link),
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

    /// Runs a script on a key, and tries again as long as there is time, a point in it and no harm.
    pub(crate) async fn run(
        &self,
        script: &Script,
        key: &[u8],
        arguments: &[Argument<'_>],
        repeat: Repeat,
        until: Instant,
    ) -> Result<Value, Fault> {
        let _place = Place::take(&self.waiting, self.limit)?;
        let mut command = script.by_hash(key, arguments);
        let (mut pause, longest) = PAUSES;
        // What the server last said, if it is not reached again in time.
        let mut said = None;
        loop {
            let fault = match self.send(key, &command, until).await {
                Ok(answer) => return Ok(answer),
                Err(Fault::Unreachable(None)) if said.is_some() => Fault::Unreachable(said.take()),
                Err(fault) => fault,
            };
            if let Fault::NoScript(_) = fault {
                command = script.in_full(key, arguments);
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

    async fn send(&self, key: &[u8], command: &Cmd, until: Instant) -> Result<Value, Fault> {
        match &self.nodes {
            Nodes::One(link) => link.call(command, until).await,
            Nodes::Many(cluster) => cluster.call(key, command, until).await,
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
