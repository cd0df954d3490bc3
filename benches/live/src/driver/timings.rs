//! How soon after its end a session's streams are closed, for each kind of ending.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::time::sleep;

use super::backend::{Backend, Kind};
use super::ending::{Ending, Victim, micros};
use super::figures::Latencies;
use super::http::now;
use super::nodes::{AT_ONCE, Counts, NODES, Nodes};

/// How many sessions of each kind end in one batch: with a stream on each node, and those of their users' other
/// sessions, they have 864 streams.
const IN_BATCH: usize = 27;
/// How many streams there are beside them: with less than a thousand in all no limit on open files is met.
const BYSTANDERS: usize = 100;
/// How many sessions are watched without a stream, so that it is a thousand in all.
const WATCHED: usize = 600;
/// From when on a replaced secret is a thief's.
const GRACE: Duration = Duration::from_secs(11);
/// How long a stream is waited for beyond everything that was promised.
pub(super) const PATIENCE: Duration = Duration::from_secs(12);
/// The same where an ending is not told, and the feed is up: each session is asked for once a minute.
const UNTOLD: Duration = Duration::from_secs(75);

/// One run: a store, with its feed or without.
#[derive(Debug)]
pub(super) struct Timings {
    pub(super) kind: Kind,
    pub(super) has_feed: bool,
    pub(super) endings: Vec<(Ending, EndingTimes)>,
    /// How many were live that were not ended, and how many of these were told to have ended.
    pub(super) bystanders: usize,
    pub(super) wrongly_closed: usize,
    /// What the three nodes have asked while so many sessions ended.
    pub(super) counts: Counts,
    pub(super) ended: usize,
}

/// The latencies of one kind of ending.
#[derive(Debug, Default)]
pub(super) struct EndingTimes {
    pub(super) here: Latencies,
    pub(super) elsewhere: Latencies,
}

impl Timings {
    /// At least so many endings of each kind.
    pub(super) async fn measure(kind: Kind, has_feed: bool, number: usize) -> Self {
        let backend = kind.start().await;
        let nodes = Nodes::start(&backend.place(), has_feed, BYSTANDERS).await;
        nodes.watch("watched", WATCHED).await;
        let batches = number.div_ceil(IN_BATCH);
        // These take their time.
        let thefts = prepare(&nodes, [Ending::Theft], IN_BATCH * batches).await;
        let prepared = now();
        let mut thefts = thefts.into_iter();
        let endings = Ending::ALL.map(|ending| (ending, EndingTimes::default()));
        let mut timings = Self {
            kind,
            has_feed,
            endings: endings.into(),
            bystanders: nodes.bystanders() + WATCHED,
            wrongly_closed: 0,
            counts: Counts::default(),
            ended: 0,
        };
        for batch in 0..batches {
            let mut victims: Vec<_> = thefts.by_ref().take(IN_BATCH).collect();
            let others = Ending::ALL.into_iter().filter(|it| {
                !it.is_expiry()
                    && *it != Ending::Theft
                    && !(*it == Ending::Removed && timings.tells_no_removal())
            });
            victims.extend(prepare(&nodes, others, IN_BATCH).await);
            connect(&nodes, &mut victims).await;
            if batch == 0 {
                let wait = prepared + micros(GRACE) - now();
                sleep(Duration::from_micros(wait.max(0).cast_unsigned())).await;
            }
            // Theirs runs already.
            let mut brief = prepare(&nodes, [Ending::Idle, Ending::Absolute], IN_BATCH).await;
            connect(&nodes, &mut brief).await;
            timings.run(&nodes, &backend, victims, brief).await;
        }
        if timings.tells_no_removal() {
            timings.remove(&nodes, &backend, IN_BATCH * batches).await;
        }
        timings.wrongly_closed += nodes.wrongly_closed() + nodes.ended().await.len();
        timings
    }

    async fn run(
        &mut self,
        nodes: &Nodes,
        backend: &Backend,
        mut victims: Vec<Victim>,
        brief: Vec<Victim>,
    ) {
        // What is asked at the beginning of each.
        sleep(Duration::from_millis(300)).await;
        let before = nodes.counts().await;
        fastrand::shuffle(&mut victims);
        for victim in &mut victims {
            victim.end(nodes, backend).await;
            sleep(Duration::from_millis(fastrand::u64(0..20))).await;
        }
        victims.extend(brief);
        wait_for_closings(&victims, PATIENCE).await;
        self.counts = self.counts + (nodes.counts().await - before);
        self.ended += victims.len();
        for victim in &victims {
            self.note(victim);
        }
    }

    /// Whether a session that is removed by hand is found by asking alone, though the feed is up: no script has told of it.
    fn tells_no_removal(&self) -> bool {
        self.kind == Kind::Redis && self.has_feed
    }

    /// These take long, so that they are removed all at once.
    async fn remove(&mut self, nodes: &Nodes, backend: &Backend, number: usize) {
        let mut victims = prepare(nodes, [Ending::Removed], number).await;
        connect(nodes, &mut victims).await;
        sleep(Duration::from_secs(1)).await;
        for victim in &mut victims {
            victim.end(nodes, backend).await;
        }
        wait_for_closings(&victims, UNTOLD).await;
        for victim in &victims {
            self.note(victim);
        }
    }

    fn note(&mut self, victim: &Victim) {
        self.bystanders += victim.mates();
        self.wrongly_closed += victim.wrongly_closed();
        let times = self.endings.iter_mut().find(|(ending, _)| *ending == victim.ending);
        let (_, times) = times.expect("all kinds are there");
        let ended = victim.ended.expect("it was ended");
        for (node, stream) in victim.streams.iter().enumerate() {
            let is_here = node == victim.home && victim.ending != Ending::Removed;
            let latencies = if is_here { &mut times.here } else { &mut times.elsewhere };
            latencies.note(ended, stream.closed());
        }
    }
}

/// So many sessions for each of these endings, spread over the nodes.
pub(super) async fn prepare(
    nodes: &Nodes,
    endings: impl IntoIterator<Item = Ending>,
    number: usize,
) -> Vec<Victim> {
    let each = endings.into_iter().flat_map(|ending| (0..number).map(move |home| (ending, home)));
    let prepare = |(ending, home)| Victim::prepare(ending, home % NODES, nodes);
    stream::iter(each).map(prepare).buffer_unordered(AT_ONCE).collect().await
}

pub(super) async fn connect(nodes: &Nodes, victims: &mut [Victim]) {
    let connect = |victim| Victim::connect(victim, nodes);
    stream::iter(victims).map(connect).buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// Waits until all streams are closed, or nobody would wait any more.
pub(super) async fn wait_for_closings(victims: &[Victim], patience: Duration) {
    let last = victims.iter().filter_map(|victim| victim.ended).max();
    let until = last.unwrap_or_default().max(now()) + micros(patience);
    while now() < until && !victims.iter().all(Victim::is_closed) {
        sleep(Duration::from_millis(20)).await;
    }
}
