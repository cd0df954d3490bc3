//! The store: its contract, the suite that checks it, and the store in memory.

pub(crate) mod apply;
pub mod conformance;
mod contract;
pub(crate) mod memory;

pub use contract::{
    Ended, Insert, Inserted, LogIn, REVOCATIONS_LAST, Record, Store, StoreError, Swept, Times,
    Update, Updated,
};
