//! A run: people act, a fault comes and goes, and what was acknowledged is compared with what is there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use session_axum::MemoryStore;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::clients::{Person, Service, audit, served_again, watch};
use crate::faults::{Fault, suffer};
use crate::ledger::{Finding, Ledger, Limit, Outage, Violation};
use crate::node;
use crate::nodes::Nodes;
use crate::plan::Plan;
use crate::random::Random;
use crate::report::Results;
use crate::stores::{Kind, Servers};

/// How long a node may take to serve again once the fault is over.
pub const RECOVERY: Duration = Duration::from_secs(20);
/// How many watch for each ten people.
const WATCHERS: u64 = 2;

/// Starts new servers and nodes, and runs the plan on them.
pub async fn run(plan: &Plan) -> Results {
    let (servers, place) = Servers::start(plan.store).await;
    let nodes = if plan.store == Kind::Memory {
        let store = MemoryStore::new();
        Nodes::here((0..plan.nodes).map(|_| node::on_store(store.clone()))).await
    } else {
        Nodes::processes(&plan.program, &place, plan.nodes).await
    };
    run_on(plan, &servers, &nodes).await
}

/// Runs the plan on these applications, one for each node, in this process. They share a store.
pub async fn run_here(plan: &Plan, apps: impl IntoIterator<Item = Router>) -> Results {
    run_on(plan, &Servers::Memory, &Nodes::here(apps).await).await
}

async fn run_on(plan: &Plan, servers: &Servers, nodes: &Nodes) -> Results {
    let has_records = plan.store.has_records();
    let limit =
        Limit { sessions: node::MAX_SESSIONS as usize, is_atomic: plan.store != Kind::Cluster };
    let limit = has_records.then_some(limit);
    let ledger = Ledger::new(Outage::default(), limit);
    let service = Arc::new(Service::new(ledger, nodes.addresses(), has_records));
    let mut clients = JoinSet::new();
    for user in 1..=plan.clients {
        let random = Random::new(plan.seed ^ (user << 32));
        clients.spawn(Person::new(Arc::clone(&service), user, random).act());
    }
    for watcher in 0..(plan.clients * WATCHERS).div_ceil(10) {
        let random = Random::new(plan.seed ^ (watcher << 48) ^ 1);
        clients.spawn(watch(Arc::clone(&service), random));
    }

    let outage = service.ledger.outage().clone();
    sleep(plan.before()).await;
    if plan.fault != Fault::None {
        outage.begin();
    }
    suffer(plan.fault, servers, nodes, plan.during()).await;
    if plan.fault != Fault::None {
        outage.heal();
    }
    sleep(plan.after()).await;
    service.close();
    clients.join_all().await;
    until_over(&outage).await;
    audit(&service).await;
    Results::new(plan, recovery(&service), &service, nodes.logs())
}

/// Waits until nothing that was sent can have an effect any more.
async fn until_over(outage: &Outage) {
    if let Some(last) = outage.last_effect(Instant::now()) {
        tokio::time::sleep_until(last.into()).await;
    }
}

/// How long after the fault all nodes served again.
fn recovery(service: &Service) -> Option<Duration> {
    let healed = service.ledger.outage().healed()?;
    let took = served_again(&service.samples.all(), healed, service.nodes.len());
    let fault = match took {
        None => Some("a node does not serve again".to_owned()),
        Some(took) if took > RECOVERY => Some(format!("a node serves again after {took:?}")),
        Some(_) => None,
    };
    if let Some(what) = fault {
        service.ledger.report([Finding::new(Violation::Down, None, what)]);
    }
    took
}
