//! Sessions in a PostgreSQL table.

// What a user meets.
mod builder;
mod store;
// Where the records lie.
mod migrate;
// How an operation gets there: a call in a queue, its lane, a batch under way, a worker, its connection, a statement.
mod call;
mod fault;
mod lane;
mod link;
mod queue;
mod server;
mod under_way;
mod worker;
// What the server is sent.
mod sql;

pub use builder::{ConfigError, PostgresBuilder};
pub use fault::{Refused, Unreachable};
pub use migrate::MigrateError;
pub use server::ConnectError;
pub use store::PostgresStore;
