//! The version of a table: one more for each migration that was applied to it.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};

/// The migrations of a table, in order; the first makes version 1.
pub(crate) struct Migrations<M: 'static>(pub(crate) &'static [M]);

/// The newest migration that was applied to a table, as the table of its versions tells of it.
#[derive(Clone, Copy)]
pub(crate) struct Applied {
    /// The version that it made: 0 if there is no table.
    pub(crate) version: i64,
    /// The oldest version of a program that works with the table since.
    pub(crate) oldest: Option<i64>,
}

impl Applied {
    pub(crate) const NOTHING: Self = Self { version: 0, oldest: None };
}

/// Whether the log was told of something: a store says it once.
#[derive(Default)]
pub(crate) struct Told(AtomicBool);

impl Told {
    /// Whether it was not told yet.
    pub(crate) fn is_first(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}

impl<M> Migrations<M> {
    /// The version that the last one makes.
    pub(crate) fn latest(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    /// The error if this program does not work with the table any more.
    pub(crate) fn newer(&self, found: Applied, table: &dyn Display) -> Option<NewerVersion> {
        let known = self.latest();
        let oldest = found.oldest.unwrap_or(found.version);
        let (table, found) = (table.to_string(), found.version);
        (found > known && oldest > known).then_some(NewerVersion { table, found, oldest, known })
    }

    /// Those that the table lacks, each with the version that it makes. There are none for a
    /// newer table, which is used as it is, if this program still works with it.
    pub(crate) fn pending(
        &self,
        found: Applied,
        table: &dyn Display,
        told: &Told,
    ) -> Result<impl Iterator<Item = (i64, &'static M)> + use<M>, NewerVersion> {
        let known = self.latest();
        if found.version > known {
            if let Some(newer) = self.newer(found, table) {
                return Err(newer);
            }
            if told.is_first() {
                tracing::warn!(
                    target: "session",
                    %table,
                    found = found.version,
                    known,
                    "a newer release has migrated the session table; this one works with it as well"
                );
            }
        }
        let applied = usize::try_from(found.version).unwrap_or(0);
        Ok((1..).zip(self.0).skip(applied))
    }
}

/// A newer release migrated the table, and this one does not work with it any more: the source of
/// a refusal to migrate it.
#[derive(thiserror::Error)]
#[error(
    "the table {table} is of version {found}, and this program knows {known}: it was migrated by a \
     newer one, and the oldest that works with it knows version {oldest}, so deploy such a one or \
     name another table"
)]
#[non_exhaustive]
pub struct NewerVersion {
    /// The table, as SQL writes it.
    pub table: String,
    /// Its version.
    pub found: i64,
    /// The oldest version of a program, in the sense of `known`, that works with it.
    pub oldest: i64,
    /// The last version that this library knows.
    pub known: i64,
}

session_core::debug_in_words!(NewerVersion);

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Migrations<&str> = Migrations(&["a", "b", "c"]);

    fn pending(version: i64, oldest: Option<i64>) -> Result<Vec<(i64, &'static str)>, i64> {
        let pending = KNOWN.pending(Applied { version, oldest }, &"sessions", &Told::default());
        let pending = pending.map_err(|error| error.oldest)?;
        Ok(pending.map(|(version, migration)| (version, *migration)).collect())
    }

    #[test]
    fn what_is_missing_is_applied_in_order() {
        assert_eq!(pending(0, None), Ok(vec![(1, "a"), (2, "b"), (3, "c")]));
        assert_eq!(pending(2, Some(1)), Ok(vec![(3, "c")]));
        assert_eq!(pending(3, Some(1)), Ok(vec![]));
    }

    #[test]
    fn a_newer_table_is_used_as_it_is_if_it_says_so() {
        assert_eq!(pending(4, Some(3)), Ok(vec![]));
        assert_eq!(pending(9, Some(1)), Ok(vec![]));
        assert_eq!(pending(9, Some(4)), Err(4));
        assert_eq!(pending(9, None), Err(9), "nobody knows");
    }
}
