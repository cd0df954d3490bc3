//! Measures what grows with the number of sessions: cost, size, bloat, cleaning and memory; and what lies beyond one server.
//!
//! `benches/run.sh growth` installs what this starts and runs it; `benches/README.md` says what is measured and how.

mod beyond;
mod bloat;
mod callers;
mod cleaning;
mod commit;
mod database;
mod keeping;
mod load;
mod memory;
mod operation;
mod options;
mod page;
mod partitions;
mod pictures;
mod pooler;
mod population;
mod processor;
mod redis;
mod replica;
mod results;
mod scale;
mod sizes;
mod tables;
mod turns;
mod verdict;

use std::fs;
use std::time::Instant;

use options::Options;
use results::Results;

#[tokio::main]
async fn main() {
    let options = Options::from_args();
    let begun = Instant::now();
    let (page, plot) = (options.out.join("growth.md"), options.out.join("growth.svg"));
    fs::create_dir_all(&options.out).expect("the directory can be made");
    // After each part anew: whoever has no more time keeps what there is.
    let write = |results: &Results| {
        let minutes = begun.elapsed().as_secs_f64() / 60.0;
        fs::write(&plot, pictures::draw(results)).expect("the directory can be written to");
        fs::write(&page, page::write(results, &options, minutes))
            .expect("the directory can be written to");
        eprintln!("wrote {} and {} after {minutes:.1} minutes", page.display(), plot.display());
    };
    Results::measure(&options, write).await;
}
