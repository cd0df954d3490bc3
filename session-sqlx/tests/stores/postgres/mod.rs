//! `PostgresStore` on real servers.

mod batch;
mod contract;
mod endings;
mod failover;
mod feed_recovery;
mod fixtures;
mod health;
mod hot_updates;
mod log_in;
mod migrate;
mod panics;
mod pairings;
mod pooler;
mod queue;
mod recovery;
mod sweep;
mod update;
mod values;
