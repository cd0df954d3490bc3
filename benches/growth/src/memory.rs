//! What sessions and requests take up in the memory of the program `heap`.

use std::env;
use std::process::Command;

use crate::options::Options;

/// A line that the program prints: what, how many, and the bytes of each.
#[derive(Clone, Debug)]
pub(crate) struct Bytes {
    pub(crate) what: String,
    pub(crate) number: u64,
    pub(crate) each: f64,
}

pub(crate) fn measure(options: &Options) -> Vec<Bytes> {
    // A process each, so that none gets the memory that another has left.
    let mut lines = heap(&[]);
    for number in [options.million / 100, options.million / 10, options.million] {
        eprintln!("{number} sessions in memory");
        lines.extend(heap(&[&number.to_string()]));
    }
    lines
}

fn heap(arguments: &[&str]) -> Vec<Bytes> {
    let program = env::current_exe().expect("Linux knows").with_file_name("heap");
    let output = Command::new(program).args(arguments).output();
    let output = output.expect("`run.sh` has built it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("it prints text");
    text.lines().map(|line| parse(line).unwrap_or_else(|| panic!("unexpected: {line}"))).collect()
}

fn parse(line: &str) -> Option<Bytes> {
    let mut parts = line.split('\t');
    let (what, number, each) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Bytes { what: what.to_owned(), number: number.parse().ok()?, each: each.parse().ok()? })
}

/// The bytes of this, where there are so many of it.
pub(crate) fn find(lines: &[Bytes], what: &str, number: u64) -> Option<f64> {
    let line = lines.iter().find(|line| line.what == what && line.number == number);
    line.map(|line| line.each)
}
