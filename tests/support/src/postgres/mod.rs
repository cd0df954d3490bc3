//! Throw-away PostgreSQL and PgBouncer servers, from the installed binaries.

mod data_directory;
mod pgbouncer;
mod server;

pub use pgbouncer::PgBouncer;
pub use server::Postgres;
