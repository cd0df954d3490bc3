//! What the watching costs: statements of a node with nothing to do, and the bytes of a live session that is held.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::backend::{Backend, Kind};
use super::nodes::{Counts, Node};

/// How long a node with nothing to do is looked at: two rounds of questions.
const WINDOW: Duration = Duration::from_secs(10);
/// What comes at the beginning is over by then.
const SETTLED: Duration = Duration::from_secs(3);
const NUMBERS: [u32; 2] = [1_000, 10_000];

/// What one node asks when nothing happens.
#[derive(Debug)]
pub(super) struct Idle {
    pub(super) kind: Kind,
    pub(super) sessions: u32,
    pub(super) has_feed: bool,
    /// Statements of the server in a second, if it counts them.
    pub(super) statements: Option<f64>,
    /// Questions for live sessions in a second, and for how many.
    pub(super) questions: f64,
    pub(super) asked: f64,
    /// Milliseconds of the processor in a second.
    pub(super) processor: f64,
}

/// The bytes of each live session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) sessions: u32,
    pub(super) heap: f64,
    pub(super) resident: f64,
}

/// What was counted so far.
struct Seen {
    statements: Option<u64>,
    counts: Counts,
    processor: Duration,
    at: Instant,
}

/// A node with a database of its own.
struct Watched {
    backend: Backend,
    node: Node,
    sessions: u32,
    has_feed: bool,
}

impl Watched {
    async fn start(kind: Kind, sessions: u32, has_feed: bool) -> Self {
        let backend = kind.start().await;
        let node = Node::start(&backend.place(), has_feed);
        let handles = node.post(&format!("/fill/idle/{sessions}"), None).await.ok().body;
        node.keep("/hold", &handles).await;
        Self { backend, node, sessions, has_feed }
    }

    async fn counts(&self) -> Seen {
        Seen {
            statements: self.backend.statements().await,
            counts: self.node.counts().await,
            processor: self.node.processor(),
            at: Instant::now(),
        }
    }
}

/// Looks at four nodes at once: with few and many sessions, with and without the feed.
pub(super) async fn idle(kind: Kind) -> Vec<Idle> {
    let mut nodes = Vec::new();
    for sessions in NUMBERS {
        for has_feed in [true, false] {
            nodes.push(Watched::start(kind, sessions, has_feed).await);
        }
    }
    sleep(SETTLED).await;
    let mut before = Vec::new();
    for node in &nodes {
        before.push(node.counts().await);
    }
    sleep(WINDOW).await;
    let mut idle = Vec::new();
    for (node, before) in nodes.iter().zip(before) {
        let after = node.counts().await;
        let seconds = after.at.duration_since(before.at).as_secs_f64();
        let rate = |number| report::float(number) / seconds;
        let Counts { questions, asked, .. } = after.counts - before.counts;
        let statements = before.statements.zip(after.statements);
        idle.push(Idle {
            kind,
            sessions: node.sessions,
            has_feed: node.has_feed,
            statements: statements.map(|(before, after)| rate(after - before)),
            questions: rate(questions),
            asked: rate(asked),
            processor: after.processor.saturating_sub(before.processor).as_secs_f64() * 1000.0
                / seconds,
        });
    }
    idle
}

/// Lets one node begin sessions, and another hold them.
pub(super) async fn memory(kind: Kind) -> Memory {
    let [_, sessions] = NUMBERS;
    let backend = kind.start().await;
    let [filling, holding] = [(); 2].map(|()| Node::start(&backend.place(), true));
    let handles = filling.post(&format!("/fill/held/{sessions}"), None).await.ok().body;
    // Once before, so that what stays is there: connections, the watcher.
    let few: Vec<_> = handles.lines().take(10).collect();
    holding.keep("/hold", &few.join("\n")).await;
    sleep(SETTLED).await;
    let before = holding.memory().await;
    holding.keep("/hold", &handles).await;
    sleep(SETTLED).await;
    let after = holding.memory().await;
    let each =
        |at: usize| report::float(after[at].saturating_sub(before[at])) / f64::from(sessions);
    Memory { sessions, heap: each(0), resident: each(1) }
}
