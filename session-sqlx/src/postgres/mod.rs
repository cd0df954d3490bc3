//! Sessions in a PostgreSQL table.

// Imports run from top to bottom.

// What a user meets.
mod builder;
mod store;
// What a probe is told.
mod health;
// The version of the table, and what is missing where it is not right.
mod diagnosis;
mod migrate;
// What tells of the sessions that end.
mod feed;
// How calls reach a connection, many at a time.
mod batch;
// How a connection is opened and replaced.
mod connection;
// What is sent.
mod sql;

pub use builder::PostgresBuilder;
pub use connection::{
    ConfigError, ConnectError, NoPrimary, NoServerConnection, NotPrimary, Rejected, Unreachable,
    WrongPooler,
};
pub use diagnosis::{MissingRight, TableElsewhere};
pub use migrate::MigrateError;
pub use store::PostgresStore;
