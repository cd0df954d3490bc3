//! What callgrind counts: the instructions of one request in memory, and of its parts.

use std::process::Command;

use report::float;

use crate::server::program;

/// The program runs once with each number, and the difference is divided: what happens once drops out.
const CALLS: [u64; 2] = [200, 1200];

/// Of one call of one case.
#[derive(Clone, Debug)]
pub(crate) struct Instructions {
    pub(crate) case: String,
    pub(crate) about: String,
    pub(crate) each: f64,
}

/// Counts each case of the program `instructions`.
pub(crate) fn count() -> Vec<Instructions> {
    let list = Command::new(program("instructions")).output().expect("it was built").stdout;
    let list = String::from_utf8(list).expect("it lists its cases in text");
    let count = |line: &str| {
        let (case, about) = line.split_once('\t').expect("a case has a description");
        let [few, many] = CALLS.map(|calls| callgrind(case, calls));
        let each = float(many - few) / float(CALLS[1] - CALLS[0]);
        eprintln!("{case}: {each:.0} instructions");
        Instructions { case: case.to_owned(), about: about.to_owned(), each }
    };
    list.lines().map(count).collect()
}

fn callgrind(case: &str, calls: u64) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program("instructions"))
        .args([case, &calls.to_string()])
        .output()
        .expect("`valgrind` is installed");
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected : "));
    let collected = collected.and_then(|(_, number)| number.trim().parse().ok());
    collected.unwrap_or_else(|| panic!("callgrind does not count `{case}`:\n{text}"))
}
