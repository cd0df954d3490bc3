//! What came of a run.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::clients::{Service, Went};
use crate::faults::Fault;
use crate::ledger::{Finding, Violation};
use crate::plan::Plan;
use crate::stores::Kind;

/// Counts, and what was found.
#[derive(Clone, Debug)]
pub struct Results {
    /// The store.
    pub store: Kind,
    /// What it suffered.
    pub fault: Fault,
    /// What repeats the people's decisions.
    pub seed: u64,
    /// When the fault began.
    pub began: Option<Instant>,
    /// How many requests were sent.
    pub requests: usize,
    /// How many of them were answered 2xx.
    pub acknowledged: usize,
    /// How many were answered 503.
    pub unavailable: usize,
    /// How many were not answered: the node was down, or the client left.
    pub unanswered: usize,
    /// How many log-ins were refused a moment after a revocation was acknowledged.
    pub refused_log_ins: usize,
    /// How long after the end of the fault the last node served again; none without a fault, or if one does not.
    pub recovery: Option<Duration>,
    /// What must not be.
    pub violations: Vec<Finding>,
    /// What the store's documentation allows for: losses of a replica that takes over, a limit that is not enforced at once.
    pub allowed: Vec<Finding>,
    /// What the nodes have logged.
    pub log: String,
}

impl Results {
    pub(crate) fn new(
        plan: &Plan,
        recovery: Option<Duration>,
        service: &Service,
        log: String,
    ) -> Self {
        let samples = service.samples.all();
        let count =
            |these: &[Went]| samples.iter().filter(|sample| these.contains(&sample.went)).count();
        let may_lose = plan.store.replicates_late() && plan.fault.fails_over(plan.store);
        let outage = service.ledger.outage();
        let (allowed, violations) = service.ledger.findings().into_iter().partition(|finding| {
            finding.is_allowed || (may_lose && finding.is_bounded(|at| outage.may_lose(at)))
        });
        Self {
            store: plan.store,
            fault: plan.fault,
            seed: plan.seed,
            began: outage.began(),
            requests: samples.len(),
            acknowledged: count(&[Went::Served]),
            unavailable: count(&[Went::Unavailable]),
            unanswered: count(&[Went::Lost, Went::Left]),
            refused_log_ins: service.refused_log_ins(),
            recovery,
            violations,
            allowed,
            log,
        }
    }

    /// How many violations of each kind there are.
    pub fn counts(&self) -> BTreeMap<Violation, usize> {
        count(&self.violations)
    }

    /// How many there are of each kind that the store's documentation allows for.
    pub fn allowed_counts(&self) -> BTreeMap<Violation, usize> {
        count(&self.allowed)
    }
}

fn count(findings: &[Finding]) -> BTreeMap<Violation, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.violation).or_default() += 1;
    }
    counts
}
