//! The version of a table: one more for each migration that was applied to it.

use std::fmt::Display;
use std::sync::Arc;

/// The migrations of a table, in order; the first makes version 1.
pub(crate) struct Migrations<M: 'static>(pub(crate) &'static [M]);

impl<M> Migrations<M> {
    /// The version that the last one makes.
    pub(crate) fn latest(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    /// Those that a table of this version lacks, each with the version that it makes.
    pub(crate) fn pending(
        &self,
        found: i64,
        table: &dyn Display,
    ) -> Result<impl Iterator<Item = (i64, &'static M)> + use<M>, NewerVersion> {
        let known = self.latest();
        if found > known {
            return Err(NewerVersion { table: table.to_string(), found, known });
        }
        let applied = usize::try_from(found).unwrap_or(0);
        Ok((1..).zip(self.0).skip(applied))
    }
}

/// A newer version of this library made the table: the source of a refusal to migrate it.
#[derive(Debug, thiserror::Error)]
#[error(
    "the table {table} is of version {found}, and this program knows {known}: it was migrated by a \
     newer one, so deploy that or name another table"
)]
#[non_exhaustive]
pub struct NewerVersion {
    /// The table, as SQL writes it.
    pub table: String,
    /// Its version.
    pub found: i64,
    /// The last version that this library knows.
    pub known: i64,
}

/// There is no table for the sessions, or an older one: the source of a
/// [`StoreError::Failed`](session_core::StoreError::Failed).
#[derive(Debug, thiserror::Error)]
#[error(
    "the table {table} is missing or of an older version: call `migrate()` on the store when the \
     program starts"
)]
pub struct NotMigrated {
    pub(crate) table: String,
    pub(crate) source: Arc<sqlx::Error>,
}
