//! The command line.

use std::env;
use std::path::PathBuf;
use std::process;

use serde::{Deserialize, Serialize};

use crate::target;

const USAGE: &str = "usage: run.sh [PART…] [OPTION…]
  build         crates and CPU seconds of minimal applications
  instructions  what callgrind counts
  counts        what the databases are asked, and bytes per session
  rounds        requests per second, CPU and latency of one server each
  nodes         several servers on one database
  page          nothing: the page is written again from the results that are there
Without a part, all of them. A part that is not measured keeps the results that it had.
  --rounds N    how often each server is asked for each route (4)
  --seconds N   for how long (1)
  --pool N      how many connections a server has to its database (8)
  --only TEXT,TEXT…
                the libraries and stores whose names contain one of these texts; written to a temporary directory
  --quick       two rounds, without `build`; written to a temporary directory: does everything work?
  --out DIRECTORY
                where the page and the results go, instead of docs and the target directory";

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Part {
    Build,
    Instructions,
    Counts,
    Rounds,
    Nodes,
}

impl Part {
    /// Whether it needs the servers of the libraries, and the databases.
    pub(crate) fn needs_servers(self) -> bool {
        matches!(self, Self::Counts | Self::Rounds | Self::Nodes)
    }

    /// In the order in which they are measured.
    pub(crate) const ALL: [Self; 5] =
        [Self::Build, Self::Instructions, Self::Counts, Self::Rounds, Self::Nodes];
}

/// What is to be measured, and where the answer goes.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// In the order in which they are measured.
    pub(crate) parts: Vec<Part>,
    pub(crate) rounds: usize,
    pub(crate) seconds: u64,
    pub(crate) pool: u32,
    only: Vec<String>,
    /// Where the page and its plot are written.
    pub(crate) page: PathBuf,
    /// Where the results are kept, from which the page can be written again.
    pub(crate) results: PathBuf,
}

impl Options {
    pub(crate) fn from_args() -> Self {
        Self::parse(env::args().skip(1)).unwrap_or_else(|| {
            eprintln!("{USAGE}");
            process::exit(2);
        })
    }

    fn parse(mut args: impl Iterator<Item = String>) -> Option<Self> {
        let (mut wanted, mut page_alone) = (Vec::new(), false);
        let (mut rounds, mut quick) = (4, false);
        let (mut seconds, mut pool, mut only, mut out) = (1, 8, Vec::new(), None);
        while let Some(arg) = args.next() {
            match &*arg {
                "build" => wanted.push(Part::Build),
                "instructions" => wanted.push(Part::Instructions),
                "counts" => wanted.push(Part::Counts),
                "rounds" => wanted.push(Part::Rounds),
                "nodes" => wanted.push(Part::Nodes),
                "page" => page_alone = true,
                "--rounds" => rounds = args.next()?.parse().ok().filter(|&n| n > 0)?,
                "--seconds" => seconds = args.next()?.parse().ok().filter(|&n| n > 0)?,
                "--pool" => pool = args.next()?.parse().ok().filter(|&n| n > 0)?,
                "--only" => only = args.next()?.split(',').map(str::to_owned).collect(),
                "--quick" => (rounds, quick) = (2, true),
                "--out" => out = Some(PathBuf::from(args.next()?)),
                _ => return None,
            }
        }
        let all = wanted.is_empty() && !page_alone;
        let is_wanted =
            |part: &Part| wanted.contains(part) || (all && !(quick && *part == Part::Build));
        let parts = Part::ALL.into_iter().filter(is_wanted).collect();
        // What is not of everything must not pass for the whole.
        if out.is_none() && (quick || !only.is_empty()) {
            out = Some(env::temp_dir().join("session-benchmarks"));
        }
        let results = out.clone().unwrap_or_else(|| target::directory().join("benchmarks"));
        let page = out.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs").into());
        Some(Self { parts, rounds, seconds, pool, only, page, results })
    }

    /// Whether something of this name is to be measured.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|text| name.contains(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Options> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_a_part_all_are_measured() {
        assert_eq!(parse("").unwrap().parts, Part::ALL);
        assert_eq!(parse("nodes counts").unwrap().parts, [Part::Counts, Part::Nodes]);
        assert!(parse("page").unwrap().parts.is_empty());
        assert!(parse("everything").is_none());
    }

    #[test]
    fn results_of_less_than_everything_do_not_replace_the_page() {
        let docs = parse("").unwrap().page;
        assert_eq!(parse("build").unwrap().page, docs);
        assert_ne!(parse("--only memory").unwrap().page, docs);
        assert_ne!(parse("--quick").unwrap().page, docs);
    }
}
