//! The command line.

use std::process;

use super::backend::Kind;

const USAGE: &str = "usage: live [--only PART,PART…] [--stores STORE,STORE…] [--endings N]
  --only     of: timings, costs, faults, burst
  --stores   of: postgres, redis, sqlite
  --endings  how many sessions of each kind end in each run of the timings, in steps of 27: 108";

/// What is to be measured.
#[derive(Debug)]
pub(super) struct Options {
    only: Vec<String>,
    stores: Vec<String>,
    pub(super) endings: usize,
}

impl Options {
    pub(super) fn parse(args: Vec<String>) -> Self {
        Self::read(args.into_iter()).unwrap_or_else(|| {
            eprintln!("{USAGE}");
            process::exit(2);
        })
    }

    fn read(mut args: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self { only: Vec::new(), stores: Vec::new(), endings: 108 };
        let list = |text: String| text.split(',').map(str::to_owned).collect();
        while let Some(arg) = args.next() {
            match &*arg {
                "--only" => options.only = list(args.next()?),
                "--stores" => options.stores = list(args.next()?),
                "--endings" => options.endings = args.next()?.parse().ok().filter(|&n| n > 0)?,
                _ => return None,
            }
        }
        Some(options)
    }

    /// Whether this part is to be measured.
    pub(super) fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }

    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        let named = |kind: &Kind| {
            self.stores.iter().any(|store| store.eq_ignore_ascii_case(kind.argument()))
        };
        Kind::ALL.into_iter().filter(move |kind| self.stores.is_empty() || named(kind))
    }
}
