//! A run: measures what the command line asks for, and prints the page.

use std::time::Instant;

use super::options::Options;
use super::page;
use super::results::Results;

pub(crate) async fn run(args: Vec<String>) {
    let options = Options::parse(args);
    let begun = Instant::now();
    let results = Results::measure(&options).await;
    print!("{}", page::write(&results, begun.elapsed()));
}
