//! What faults do to the closing of streams: sessions end while one lasts, or before it.

use std::time::Duration;

use session_test_support::{PgBouncer, Proxy};
use tokio::time::sleep;

use super::backend::{Backend, Kind, Place};
use super::ending::{Ending, Victim};
use super::fault_injection::{Fault, From, wait_for_feeds};
use super::figures::Latencies;
use super::http::{Moment, now};
use super::nodes::{Counts, Nodes};
use super::timings::{PATIENCE, connect, prepare, wait_for_closings};

/// How many sessions end during each, with a stream on each node.
const VICTIMS: u8 = 20;
/// How many streams go on.
const BYSTANDERS: usize = 840;

/// What came of one.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) from: From,
    /// Within how many seconds a stream is to be closed.
    pub(super) bound: u32,
    pub(super) latencies: Latencies,
    pub(super) bystanders: usize,
    pub(super) wrongly_closed: usize,
    /// What all nodes have asked from its beginning until all is as before.
    pub(super) counts: Counts,
}

/// Each fault, one after the other.
pub(super) async fn measure(kind: Kind, backend: &Backend) -> Vec<Outcome> {
    let place = backend.place();
    let address = match backend {
        Backend::Postgres { server, .. } => server.address(),
        Backend::Redis { server, .. } => server.address(),
        Backend::Sqlite { .. } => return Vec::new(),
    };
    let proxy = Proxy::before(address).await;
    let through = Place { url: proxy.url(&place.url), ..place };
    let nodes = Nodes::start(&through, true, BYSTANDERS).await;
    let mut outcomes = Vec::new();
    for fault in Fault::all(kind) {
        eprintln!("  {}", fault.name());
        wait_for_feeds(backend, &nodes).await;
        outcomes.extend(suffer(*fault, kind, backend, &nodes, &proxy).await);
    }
    outcomes
}

async fn suffer(
    fault: Fault,
    kind: Kind,
    backend: &Backend,
    nodes: &Nodes,
    proxy: &Proxy,
) -> Vec<Outcome> {
    let mut victims = victims(nodes).await;
    let closed_before = nodes.wrongly_closed();
    let before = nodes.counts().await;
    let pause = fault.long().min(Duration::from_secs(6)) / u32::from(VICTIMS);
    let begun = now();
    let middle = victims.len() / 2;
    for (at, victim) in victims.iter_mut().enumerate() {
        // Where the fault is a moment, sessions end before it and after.
        let first = if fault == Fault::ListenersEnded { middle } else { 0 };
        if at == first {
            fault.begin(backend, nodes, proxy).await;
        }
        victim.ended = Some(backend.end(&victim.visitor.handle).await);
        sleep(pause).await;
    }
    let lasted = Duration::from_micros((now() - begun).cast_unsigned());
    sleep(fault.long().saturating_sub(lasted)).await;
    fault.end(backend, nodes, proxy).await;
    let healed = now();
    wait_for_closings(&victims, PATIENCE).await;
    wait_for_feeds(backend, nodes).await;
    let counts = nodes.counts().await - before;
    let wrongly_closed = nodes.wrongly_closed() - closed_before;
    let outcome = |name: String, from, bound, on: &[usize]| Outcome {
        kind,
        name,
        from,
        bound,
        latencies: latencies(&victims, on, (from == From::Healed).then_some(healed)),
        bystanders: nodes.bystanders() - closed_before,
        wrongly_closed,
        counts,
    };
    if fault == Fault::Paused {
        return vec![
            outcome(format!("{}: its streams", fault.name()), From::Healed, 5, &[0]),
            outcome("… the streams of the other nodes".to_owned(), From::Ended, 1, &[1, 2]),
        ];
    }
    vec![outcome(fault.name().to_owned(), fault.from(), 5, &[0, 1, 2])]
}

/// Nodes that reach PostgreSQL through a pooler in transaction mode, which has no feed.
pub(super) async fn pooled(backend: &Backend) -> Option<Outcome> {
    let Backend::Postgres { server, url, .. } = backend else { return None };
    let bouncer = PgBouncer::before(server).await;
    let place = Place { kind: "pooled", url: bouncer.url(url) };
    let nodes = Nodes::start(&place, true, BYSTANDERS).await;
    let mut victims = victims(&nodes).await;
    sleep(Duration::from_secs(3)).await;
    let before = nodes.counts().await;
    for victim in &mut victims {
        victim.ended = Some(backend.end(&victim.visitor.handle).await);
        sleep(Duration::from_millis(100)).await;
    }
    wait_for_closings(&victims, PATIENCE).await;
    Some(Outcome {
        kind: Kind::Postgres,
        name: "PgBouncer in transaction mode in between".to_owned(),
        from: From::Ended,
        bound: 5,
        latencies: latencies(&victims, &[0, 1, 2], None),
        bystanders: nodes.bystanders(),
        wrongly_closed: nodes.wrongly_closed(),
        counts: nodes.counts().await - before,
    })
}

async fn victims(nodes: &Nodes) -> Vec<Victim> {
    let mut victims = prepare(nodes, [Ending::Revoke], VICTIMS.into()).await;
    connect(nodes, &mut victims).await;
    sleep(Duration::from_secs(1)).await;
    victims
}

/// Of the streams on these nodes, from the end of each session, or of the fault where that comes later.
fn latencies(victims: &[Victim], on: &[usize], healed: Option<Moment>) -> Latencies {
    let mut latencies = Latencies::default();
    for victim in victims {
        let ended = victim.ended.expect("it was ended").max(healed.unwrap_or_default());
        for node in on {
            latencies.note(ended, victim.streams[*node].closed());
        }
    }
    latencies
}
