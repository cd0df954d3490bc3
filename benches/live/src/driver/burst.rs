//! A burst: the sessions of ten thousand users are ended one user after the other, as fast as the nodes do it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use tokio::time::sleep;

use super::backend::Backend;
use super::figures::Latencies;
use super::http::{Moment, now};
use super::nodes::{Counts, NODES, Nodes};
use super::timings::PATIENCE;

const SESSIONS: usize = 10_000;
/// How many revocations are under way at once.
const AT_ONCE: usize = 32;
/// How many open streams of other sessions there are.
const BYSTANDERS: usize = 300;

/// What came of it.
#[derive(Debug)]
pub(super) struct Burst {
    pub(super) sessions: usize,
    /// From the acknowledgement to the moment that another node is told.
    pub(super) latencies: Latencies,
    /// How many revocations there were in a second.
    pub(super) rate: f64,
    pub(super) bystanders: usize,
    pub(super) wrongly_closed: usize,
    pub(super) counts: Counts,
}

impl Burst {
    /// Each session is watched on one node, and ended by another.
    pub(super) async fn measure(backend: &Backend) -> Self {
        let nodes = Nodes::start(&backend.place(), true, BYSTANDERS).await;
        let sessions = nodes.watch("burst", SESSIONS).await;
        sleep(Duration::from_secs(3)).await;
        let before = nodes.counts().await;
        let begun = Instant::now();
        let revoke = |(at, (handle, user)): (usize, &(String, String))| {
            let path = format!("/revoke-all/{user}");
            let (node, handle) = (&nodes.nodes[(at + 1) % NODES], handle.clone());
            async move { (handle, node.post(&path, None).await.ok().arrived) }
        };
        let ended = stream::iter(sessions.iter().enumerate()).map(revoke);
        let ended: HashMap<String, Moment> = ended.buffer_unordered(AT_ONCE).collect().await;
        let seconds = begun.elapsed().as_secs_f64();
        let told = told(&nodes).await;
        let mut latencies = Latencies::default();
        for (handle, ended) in ended {
            latencies.note(ended, told.get(&handle).copied());
        }
        Self {
            sessions: sessions.len(),
            latencies,
            rate: report::float(sessions.len() as u64) / seconds,
            bystanders: nodes.bystanders(),
            wrongly_closed: nodes.wrongly_closed(),
            counts: nodes.counts().await - before,
        }
    }
}

/// When the nodes were told of each, once all are or nobody would wait any more.
async fn told(nodes: &Nodes) -> HashMap<String, Moment> {
    let until = now() + super::ending::micros(PATIENCE);
    let mut told = HashMap::new();
    while told.len() < SESSIONS && now() < until {
        sleep(Duration::from_millis(500)).await;
        told.extend(nodes.ended().await);
    }
    told
}
