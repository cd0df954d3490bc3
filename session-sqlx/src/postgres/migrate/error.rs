//! The errors of a migration.

use crate::version::NewerVersion;

/// The table could not be brought up to date. Nothing was changed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The server could not be reached, or refused the log-in.
    ///
    /// See its source, as for `connect`.
    #[error("could not connect to PostgreSQL")]
    Unreachable(#[source] sqlx::Error),
    /// A newer release migrated the table, and this one does not work with it any more.
    #[error(transparent)]
    NewerVersion(#[from] NewerVersion),
    /// There is such a table, index or function, and this library did not make it.
    #[error(
        "something else is called {table} already, or what belongs to it is: name another table with `table(…)`"
    )]
    Occupied {
        /// The table, as SQL writes it.
        table: String,
        /// What the server said.
        source: sqlx::Error,
    },
    /// The server rejected a migration.
    ///
    /// See its source. Nothing was changed. A role that may change the schema can run what `pending` prints.
    #[error("a migration of the session table failed")]
    Failed(#[from] sqlx::Error),
}

session_core::debug_in_words!(MigrateError);
