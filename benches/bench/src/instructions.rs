//! The instructions of one request in memory, and of its parts.

use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::callgrind::Count;
use crate::failure::{Failure, Failures, failure};
use crate::target;

/// The program runs once with each number, and the difference is divided: what happens once drops out.
const CALLS: [u64; 2] = [200, 1200];

/// Of one call of one case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Instructions {
    pub(crate) case: String,
    pub(crate) about: String,
    pub(crate) each: f64,
    /// How many of them are the compression function of SHA-256.
    pub(crate) hashing: f64,
}

impl Instructions {
    /// Without those of the compression function.
    pub(crate) fn without_hashing(&self) -> f64 {
        self.each - self.hashing
    }
}

/// Counts each case of the program `instructions`.
pub(crate) fn count(failures: &mut Failures) -> Vec<Instructions> {
    let mut all = Vec::new();
    for (case, about) in failures.unless_failed(cases()).unwrap_or_default() {
        let [few, many] = CALLS.map(|calls| run(&case, calls));
        let counts = few.and_then(|few| Ok((few, many?)));
        let Some((few, many)) = failures.unless_failed(counts) else { continue };
        let (each, hashing) = many.each(few, CALLS[1] - CALLS[0]);
        eprintln!("{case}: {each:.0} instructions, {hashing:.0} of them in SHA-256");
        all.push(Instructions { case, about, each, hashing });
    }
    all
}

/// The names of all cases, each with what it is about.
fn cases() -> Result<Vec<(String, String)>, Failure> {
    let output = Command::new(target::program("instructions")).output();
    let output = output.map_err(|error| failure!("the program `instructions`: {error}"))?;
    let list = String::from_utf8_lossy(&output.stdout);
    let case = |line: &str| {
        let (case, about) = line.split_once('\t')?;
        Some((case.to_owned(), about.to_owned()))
    };
    Ok(list.lines().filter_map(case).collect())
}

fn run(case: &str, calls: u64) -> Result<Count, Failure> {
    let program = target::program("instructions");
    Count::of(&[&program.to_string_lossy(), case, &calls.to_string()])
}
