//! The ledger of acknowledged writes: people use an application on several nodes while a fault comes and goes, and what
//! was acknowledged is compared with what is there. `docs/ledger.md` says what it promises and what was seen.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`options`], [`plan`] | what is to be run |
//! | [`run`](mod@run) | one run, from its servers to its results |
//! | `ledger` | what was promised to everybody, and the comparison |
//! | `clients` | the people, who watches them, and the audit at the end |
//! | `node`, `nodes` | the application, and the processes that serve it |
//! | [`stores`], [`faults`] | the servers, and what they suffer |
//! | [`report`] | the results, and their table |

mod clients;
pub mod faults;
mod ledger;
mod node;
mod nodes;
pub mod options;
mod page;
pub mod plan;
mod random;
pub mod report;
pub mod run;
pub mod stores;

pub use ledger::{Finding, Violation};
pub use node::on_store;

/// Runs a node: what the program does that was started as one.
pub async fn serve(words: &[String]) {
    node::run(words).await;
}
