//! The driver: starts databases and nodes, ends sessions, and writes down what it saw.

mod backend;
mod burst;
mod costs;
mod ending;
mod fault;
mod faults;
mod figures;
mod http;
mod nodes;
mod options;
mod page;
mod timings;

use std::process::Command;
use std::time::Instant;

use backend::Kind;
use burst::Burst;
use costs::{Idle, Memory};
use faults::Outcome;
use options::Options;
use timings::Timings;

/// Everything that was seen.
#[derive(Debug, Default)]
pub(crate) struct Results {
    timings: Vec<Timings>,
    idle: Vec<Idle>,
    memory: Option<Memory>,
    faults: Vec<Outcome>,
    bursts: Vec<(Kind, Burst)>,
}

pub(crate) async fn run(args: Vec<String>) {
    let options = Options::parse(args);
    let begun = Instant::now();
    let results = measure(&options).await;
    print!("{}", page::write(&results, begun.elapsed()));
}

async fn measure(options: &Options) -> Results {
    let mut results = Results::default();
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

/// Sends a signal to a process.
fn signal(process: i64, name: &str) {
    let done = Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).status();
    assert!(done.is_ok_and(|status| status.success()), "{process} is there");
}
