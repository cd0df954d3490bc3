//! Counts a program's instructions with callgrind, those of some functions apart.

use std::fs;
use std::process::Command;

use report::float;

use crate::failure::{Failure, failure};

/// Instructions of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) all: u64,
    /// Those of the compression function of SHA-256, without what calls it.
    pub(crate) hashing: u64,
}

impl Count {
    /// Of a program of this kind, named with its arguments.
    pub(crate) fn of(command: &[&str]) -> Result<Self, Failure> {
        let file = std::env::temp_dir().join(format!("callgrind-{}", std::process::id()));
        let output = Command::new("valgrind")
            // Names in full wherever they stand, and lines that do not refer to others.
            .args(["--tool=callgrind", "--compress-strings=no", "--compress-pos=no"])
            .arg(format!("--callgrind-out-file={}", file.display()))
            .args(command)
            .output()
            .map_err(|error| failure!("valgrind: {error}"))?;
        let profile = fs::read_to_string(&file).unwrap_or_default();
        let _ = fs::remove_file(&file);
        let count = output.status.success().then(|| Self::parse(&profile)).flatten();
        count.ok_or_else(|| {
            failure!("callgrind of {command:?}:\n{}", String::from_utf8_lossy(&output.stderr))
        })
    }

    /// Of one call, when this many calls more made this count of the other.
    pub(crate) fn each(self, other: Self, calls: u64) -> (f64, f64) {
        let each = |many: u64, few: u64| float(many.saturating_sub(few)) / float(calls);
        (each(self.all, other.all), each(self.hashing, other.hashing))
    }

    /// The profile has a line for each function, and below it one for each of its places with what it cost. Below a
    /// line on a call stands what the callee cost, which is no cost of the function's own.
    fn parse(profile: &str) -> Option<Self> {
        let (mut all, mut hashing) = (0, 0);
        let (mut hashes, mut of_callee) = (false, false);
        for line in profile.lines() {
            if let Some(name) = line.strip_prefix("fn=") {
                hashes = name.contains("sha2") && name.contains("compress");
            } else if line.starts_with("calls=") {
                of_callee = true;
            } else if line.starts_with(|first: char| first.is_ascii_digit()) {
                let cost: u64 = line.rsplit(' ').next()?.parse().ok()?;
                if !of_callee {
                    all += cost;
                    hashing += if hashes { cost } else { 0 };
                }
                of_callee = false;
            }
        }
        (all > 0).then_some(Self { all, hashing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_of_callees_are_not_counted_twice() {
        let profile = "positions: line\nevents: Ir\n\
                       fl=???\nfn=main\n0 10\ncfn=sha2::sha256::compress256\ncalls=2 0\n0 70\n0 1\n\
                       fn=sha2::sha256::compress256\n0 50\ncfn=memcpy\ncalls=1 0\n0 20\n\
                       fn=memcpy\n0 20\n\ntotals: 81\n";
        assert_eq!(Count::parse(profile), Some(Count { all: 81, hashing: 50 }));
        assert_eq!(Count::parse("nothing was written"), None);
    }
}
