//! `SqliteStore` on real files.

mod batch;
mod concurrency;
mod contract;
mod crash;
mod diagnosis;
mod endings;
mod fixtures;
mod health;
mod log_in;
mod migrate;
mod path;
mod pending;
mod process;
mod queue;
mod statements;
mod sweep;
mod values;
mod wal;
