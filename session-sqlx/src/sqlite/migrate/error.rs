//! The errors of a migration.

use crate::version::NewerVersion;

/// The table could not be brought up to date. Nothing was changed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The file could not be opened.
    ///
    /// See its source.
    #[error("could not open the SQLite database")]
    Unreachable(#[source] sqlx::Error),
    /// A newer release migrated the table, and this one does not work with it any more.
    #[error(transparent)]
    NewerVersion(#[from] NewerVersion),
    /// There is such a table or index, and this library did not make it.
    #[error("something else is called {name} already: name another table with `table(…)`")]
    Occupied {
        /// The name that is taken.
        name: String,
    },
    /// SQLite refused a migration.
    ///
    /// See its source. Nothing was changed.
    #[error("a migration of the session table failed")]
    Failed(#[from] sqlx::Error),
}

session_core::debug_in_words!(MigrateError);
