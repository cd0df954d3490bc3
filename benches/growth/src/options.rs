//! The command line.

use std::env;
use std::path::PathBuf;
use std::process;
use std::time::Duration;

const USAGE: &str = "usage: run.sh growth [--quick] [--rounds N] [--seconds N] [--only PART,PART…] [--out DIRECTORY]
  --quick  at most a million rows, two rounds, written to a temporary directory: does everything work?
  --only   of: scale, bloat, cleaning, memory, partitions, pooler, commit, replica, redis";

/// What is to be measured, and where the answer goes.
#[derive(Debug)]
pub(crate) struct Options {
    /// How many rows the tables have.
    pub(crate) sizes: [u64; 3],
    pub(crate) rounds: usize,
    /// The same where ways are compared that have nothing to do with size.
    pub(crate) few_rounds: usize,
    /// How long each run is.
    pub(crate) long: Duration,
    /// A million, or fewer where it only has to work.
    pub(crate) million: u64,
    pub(crate) out: PathBuf,
    only: Vec<String>,
}

impl Options {
    pub(crate) fn from_args() -> Self {
        Self::parse(env::args().skip(1)).unwrap_or_else(|| {
            eprintln!("{USAGE}");
            process::exit(2);
        })
    }

    fn parse(mut args: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self {
            sizes: [10_000, 1_000_000, 10_000_000],
            rounds: 5,
            few_rounds: 3,
            long: Duration::from_secs(1),
            million: 1_000_000,
            out: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")),
            only: Vec::new(),
        };
        while let Some(arg) = args.next() {
            match &*arg {
                "--quick" => {
                    options.sizes = [10_000, 100_000, 1_000_000];
                    (options.rounds, options.few_rounds) = (2, 2);
                    options.million = 100_000;
                    options.out = env::temp_dir().join("session-benchmarks");
                }
                "--rounds" => {
                    options.rounds = args.next()?.parse().ok().filter(|&n| n > 0)?;
                    options.few_rounds = options.rounds;
                }
                "--seconds" => {
                    let seconds = args.next()?.parse().ok().filter(|&n| n > 0)?;
                    options.long = Duration::from_secs(seconds);
                }
                "--only" => options.only = args.next()?.split(',').map(str::to_owned).collect(),
                "--out" => options.out = args.next()?.into(),
                _ => return None,
            }
        }
        Some(options)
    }

    /// Whether this part is to be measured.
    pub(crate) fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}
