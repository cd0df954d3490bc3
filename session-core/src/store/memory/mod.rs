//! `MemoryStore`: sessions in this process, for development, tests and single-node services that
//! may forget everybody at a restart.

mod keyed_hasher;
mod revocations;
mod shards;
mod store;

pub use store::MemoryStore;
