//! The plan of one run: which store suffers which fault, for how long, by how many.

use std::path::PathBuf;
use std::time::Duration;

use crate::faults::Fault;
use crate::stores::Kind;

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The store.
    pub store: Kind,
    /// What it suffers.
    pub fault: Fault,
    /// How long requests are sent: a quarter of it before the fault, two fifths during it, the rest after it.
    pub span: Duration,
    /// How many people there are.
    pub clients: u64,
    /// How many nodes serve them.
    pub nodes: usize,
    /// What repeats the people's decisions. Which requests meet each other is up to the machine.
    pub seed: u64,
    /// This program, which is started once for each node.
    pub program: PathBuf,
}

impl Plan {
    /// How long all is well at first.
    pub(crate) fn before(&self) -> Duration {
        self.span / 4
    }

    /// How long the fault lasts.
    pub(crate) fn during(&self) -> Duration {
        let during = self.span * 2 / 5;
        match self.fault {
            // A cookie that arrives ten seconds after it was replaced is a sign of theft.
            Fault::NodeFreeze => during.min(Duration::from_secs(7)),
            _ => during,
        }
    }

    /// How long all is well afterwards.
    pub(crate) fn after(&self) -> Duration {
        self.span.mul_f64(0.35)
    }
}
