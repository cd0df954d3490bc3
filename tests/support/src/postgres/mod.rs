//! Throw-away PostgreSQL and PgBouncer servers, from the installed binaries.

mod data_directory;
mod pgbouncer;
mod server;
mod standby;

pub use pgbouncer::{PgBouncer, PoolMode};
pub use server::Postgres;
