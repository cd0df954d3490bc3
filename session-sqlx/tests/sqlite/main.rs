//! `SqliteStore` on real files.

mod batch;
mod contract;
mod crash;
mod crowd;
mod log;
mod log_in;
mod migrate;
mod place;
mod process;
mod queue;
mod sample;
mod statements;
mod sweep;
mod values;
