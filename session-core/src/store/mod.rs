//! The store: its contract, the suite that checks it, and the store in memory.

pub(crate) mod apply;
pub mod batch;
pub mod conformance;
mod contract;
mod delegate;
mod endings;
mod error;
mod health;
mod in_process_endings;
mod list;
mod liveness;
pub(crate) mod memory;
mod operation;
mod real_time;
mod record;

pub use contract::{REVOCATIONS_LAST, Store};
pub use delegate::Operation;
pub use endings::{Ending, EndingSource, Endings, PROOF_INTERVAL};
pub use error::StoreError;
pub use health::Health;
pub use in_process_endings::InProcessEndings;
pub use list::{Contents, Cursor, ListQuery, Page};
pub use liveness::Liveness;
pub use operation::{Before, Ended, Insert, Inserted, LogIn, Swept, Update, Updated};
pub use real_time::in_real_time;
pub use record::{Record, Times};
