//! Deploys of a program of two releases: nodes of both behind a balancer, and browsers that never stop.
//!
//! The program is the example `quickstart`. `OLD_PROGRAM` and `NEW_PROGRAM` are its releases, as
//! `scripts/upgrade.sh` sets them; without them both are that of this workspace, which shows that its
//! nodes live through restarts.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a test reports")]

mod balancer;
mod browser;
mod deploy;
mod node;
mod program;
mod store;

pub use deploy::deploy;
pub use program::Programs;
pub use store::Store;
