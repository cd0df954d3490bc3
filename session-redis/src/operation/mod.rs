//! The operations of the contract, each of them one script on one server.
//!
//! In a cluster the index of a principal lies in another slot than the sessions in it. There a
//! session is announced to the index before it is written to, and taken from it afterwards; so
//! an index may name too many, never too few, and what it names counts only if the record agrees.
//! What a log-in does besides, and why that is right, is in `log_in.rs`.

// What the operations share.
mod ending_feed;
mod entry;
mod executor;
mod index;
mod log_in;
mod operations;
// The operations, each in a file.
mod alive;
mod check_indexes;
mod delete;
mod delete_all;
mod endings;
mod health;
mod insert;
mod list;
mod load;
mod sweep;
mod touch;
mod update;

pub use check_indexes::IndexCheck;

pub(crate) use executor::{Executor, Topology};
pub(crate) use operations::Operations;
