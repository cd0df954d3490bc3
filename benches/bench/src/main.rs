//! Runs one server per library side by side, loads them in turns, and writes down what each costs.
//!
//! `benches/run.sh` installs what this starts and runs it; `benches/README.md` says what is measured and how.

mod backends;
mod cookies;
mod counts;
mod goals;
mod instructions;
mod machine;
mod options;
mod page;
mod plan;
mod plot;
mod results;
mod rounds;
mod server;
mod tables;
mod wrk;

use std::fs;
use std::time::Instant;

use backends::Backends;
use options::Options;
use results::Results;

#[tokio::main]
async fn main() {
    let options = Options::from_args();
    let begun = Instant::now();
    machine::pin_to_the_load_core();
    server::build();
    let subjects = plan::subjects(&options);
    let backends = Backends::start().await;
    let mut results = Results::default();
    if options.instructions {
        results.instructions = instructions::count();
    }
    results.counts = counts::take(&subjects, &backends).await;
    results.samples = rounds::run(&subjects, &backends, &options).await;

    fs::create_dir_all(&options.out).expect("the directory can be made");
    let (page, plot) = (options.out.join("benchmarks.md"), options.out.join("benchmarks.svg"));
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    fs::write(&plot, plot::draw(&results)).expect("the directory can be written to");
    fs::write(&page, page::write(&results, &options, minutes))
        .expect("the directory can be written to");
    eprintln!("wrote {} and {} after {minutes:.1} minutes", page.display(), plot.display());
}
