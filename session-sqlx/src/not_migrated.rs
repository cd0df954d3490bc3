//! The error of a table that has to be migrated.

use std::fmt;
use std::sync::Arc;

/// There is no table for the sessions, or not as this library needs it, and `migrate()` is the cure: the
/// source of a [`StoreError::Failed`](session_core::StoreError::Failed).
pub struct NotMigrated {
    pub(crate) table: String,
    pub(crate) reason: Reason,
    pub(crate) source: Arc<sqlx::Error>,
}

/// Why the table has to be migrated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Missing,
    /// Missing where it was looked for; there are such ones in these schemas.
    #[cfg(feature = "postgres")]
    MissingHere(String),
    Older {
        found: i64,
        known: i64,
    },
    /// Its functions name another schema than the one that they are in.
    #[cfg(feature = "postgres")]
    Renamed,
}

impl fmt::Display for NotMigrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the table {} ", self.table)?;
        match &self.reason {
            Reason::Missing => f.write_str("is missing")?,
            #[cfg(feature = "postgres")]
            Reason::MissingHere(_) => f.write_str("is missing")?,
            Reason::Older { found, known } => {
                write!(f, "is of version {found}, and this program needs version {known}")?;
            }
            #[cfg(feature = "postgres")]
            Reason::Renamed => {
                f.write_str("has functions that name another schema than its own")?;
            }
        }
        f.write_str(": call `migrate()` on the store when the program starts")?;
        match &self.reason {
            #[cfg(feature = "postgres")]
            Reason::MissingHere(schemas) => {
                write!(
                    f,
                    ", or, if its schema was renamed, name the new one: there is such a table in {schemas}"
                )
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for NotMigrated {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

session_core::debug_in_words!(NotMigrated);
