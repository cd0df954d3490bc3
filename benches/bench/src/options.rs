//! The command line.

use std::env;
use std::path::PathBuf;
use std::process;

const USAGE: &str = "usage: run.sh [--quick] [--rounds N] [--seconds N] [--only TEXT,TEXT…] [--no-instructions] [--out DIRECTORY]
  --quick            two rounds of one second, written to a temporary directory: does everything work?
  --only             the libraries and stores whose names contain one of these texts
  --no-instructions  leaves out what callgrind counts";

/// What is to be measured, and where the answer goes.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) seconds: u64,
    pub(crate) only: Vec<String>,
    pub(crate) instructions: bool,
    pub(crate) out: PathBuf,
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
            rounds: 7,
            seconds: 2,
            only: Vec::new(),
            instructions: true,
            out: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")),
        };
        while let Some(arg) = args.next() {
            match &*arg {
                "--quick" => {
                    (options.rounds, options.seconds) = (2, 1);
                    options.out = env::temp_dir().join("session-benchmarks");
                }
                "--rounds" => options.rounds = args.next()?.parse().ok().filter(|&n| n > 0)?,
                "--seconds" => options.seconds = args.next()?.parse().ok().filter(|&n| n > 0)?,
                "--only" => options.only = args.next()?.split(',').map(str::to_owned).collect(),
                "--no-instructions" => options.instructions = false,
                "--out" => options.out = args.next()?.into(),
                _ => return None,
            }
        }
        Some(options)
    }

    /// Whether something of this name is to be measured.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|text| name.contains(text))
    }
}
