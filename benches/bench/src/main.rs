//! Runs one server per library side by side, loads them in turns, and writes down what each costs.
//!
//! `benches/run.sh` installs what this starts and runs it; `benches/README.md` says what is measured and how.

mod applications;
mod backends;
mod callgrind;
mod cookies;
mod counts;
mod failure;
mod goals;
mod instructions;
mod machine;
mod nodes;
mod options;
mod page;
mod plan;
mod plot;
mod results;
mod rounds;
mod server;
mod tables;
mod target;
mod wrk;

use std::fs;
use std::time::Instant;

use backends::Backends;
use failure::Failures;
use options::{Options, Part};
use results::Results;

#[tokio::main]
async fn main() {
    let options = Options::from_args();
    let mut results = Results::kept_in(&options.results);
    if !options.parts.is_empty() {
        measure(&options, &mut results).await;
    }

    fs::create_dir_all(&options.page).expect("the directory can be made");
    let (page, plot) = (options.page.join("benchmarks.md"), options.page.join("benchmarks.svg"));
    fs::write(&plot, plot::draw(&results)).expect("the directory can be written to");
    fs::write(&page, page::write(&results)).expect("the directory can be written to");
    eprintln!("wrote {} and {}", page.display(), plot.display());
}

/// The parts that are asked for. What is done is kept after each, so that it is there if the next one never ends.
async fn measure(options: &Options, results: &mut Results) {
    results.machine = report::machine(&["postgres", "redis-server", "wrk"]);
    let subjects = plan::subjects(options);
    let mut built = None;
    let mut backends = None;
    for &part in &options.parts {
        let mut failures = Failures::default();
        let begun = Instant::now();
        if part != Part::Build && built.is_none() {
            built = Some(server::build());
            // Not before: building takes all cores.
            machine::pin_to_the_load_core();
        }
        if let Some(Err(failure)) = &built {
            failures.add(failure);
        }
        if part.needs_servers() && backends.is_none() {
            backends = Some(Backends::start().await);
        }
        match (part, &backends) {
            (Part::Counts, Some(backends)) => {
                results.counts = counts::take(&subjects, backends, options, &mut failures).await;
            }
            (Part::Rounds, Some(backends)) => {
                rounds::run(&subjects, backends, options, results, &mut failures).await;
            }
            (Part::Nodes, Some(backends)) => {
                nodes::run(&subjects, backends, options, results, &mut failures).await;
            }
            (Part::Build, _) => results.built = applications::build(options, &mut failures),
            (Part::Instructions, _) => results.instructions = instructions::count(&mut failures),
            (_, None) => unreachable!("the databases were started"),
        }
        results.done(part, begun.elapsed().as_secs_f64() / 60.0, failures);
        results.keep_in(&options.results);
    }
}
