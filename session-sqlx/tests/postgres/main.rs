//! `PostgresStore` on real servers.

mod contract;
mod migrate;
mod queue;
mod recovery;
mod sample;
mod space;
mod sweep;
mod update;
mod values;
