//! `PostgresStore` on real servers.

mod batch;
mod contract;
mod log_in;
mod migrate;
mod pooler;
mod queue;
mod recovery;
mod sample;
mod space;
mod sweep;
mod update;
mod values;
