//! `PostgresStore` on real servers.

mod batch;
mod contract;
mod deadlocks;
mod diagnosis;
mod endings;
mod failover;
mod feed_recovery;
mod fixtures;
mod health;
mod held;
mod hot_updates;
mod log_in;
mod migrate;
mod names;
mod pairings;
mod panics;
mod pending;
mod pooler;
mod queue;
mod recovery;
mod rename;
mod sweep;
mod update;
mod values;
