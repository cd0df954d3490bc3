//! The store: its contract, the suite that checks it, and the store in memory.

pub(crate) mod apply;
pub mod conformance;
mod contract;
mod error;
pub(crate) mod memory;
mod operation;
mod record;

pub use contract::{REVOCATIONS_LAST, Store};
pub use error::StoreError;
pub use operation::{Ended, Insert, Inserted, LogIn, Swept, Update, Updated};
pub use record::{Record, Times};
