//! The faults: what they are called, and how they are injected.

mod injection;
mod kind;
mod lock;
mod replicas;

pub(crate) use injection::suffer;
pub use kind::Fault;
