//! Everything that a run sees.

use super::backend::Kind;
use super::burst::Burst;
use super::costs::{self, Idle, Memory};
use super::faults::{self, Outcome};
use super::options::Options;
use super::timings::Timings;

/// Everything that was seen.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub(super) timings: Vec<Timings>,
    pub(super) idle: Vec<Idle>,
    pub(super) memory: Option<Memory>,
    pub(super) faults: Vec<Outcome>,
    pub(super) bursts: Vec<(Kind, Burst)>,
}

impl Results {
    /// What the options ask for.
    pub(super) async fn measure(options: &Options) -> Self {
        let mut results = Self::default();
        for kind in options.kinds() {
            let name = kind.name();
            if options.wants("timings") {
                for has_feed in [true, false] {
                    eprintln!("{name}, timings, feed {}", if has_feed { "up" } else { "down" });
                    results.timings.push(Timings::measure(kind, has_feed, options.endings).await);
                }
            }
            if options.wants("costs") {
                eprintln!("{name}, costs");
                results.idle.extend(costs::idle(kind).await);
                if results.memory.is_none() {
                    results.memory = Some(costs::memory(kind).await);
                }
            }
            if options.wants("faults") && kind != Kind::Sqlite {
                eprintln!("{name}, faults");
                let backend = kind.start_durable().await;
                results.faults.extend(faults::measure(kind, &backend).await);
                results.faults.extend(faults::pooled(&backend).await);
            }
            if options.wants("burst") && kind != Kind::Sqlite {
                eprintln!("{name}, burst");
                let backend = kind.start().await;
                results.bursts.push((kind, Burst::measure(&backend).await));
            }
        }
        results
    }
}
