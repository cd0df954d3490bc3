//! What can go wrong with a statement, and what that says about it and its connection.

use std::sync::Arc;

use session_core::StoreError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

use super::sql::Statement;
use super::worker::Shared;
use crate::version::NotMigrated;

/// Why a statement gave no answer. Codes are of PostgreSQL's appendix A.
pub(super) enum Fault {
    /// There was no connection to send it on.
    Unreachable,
    /// The server said nothing within the deadline; it may have happened.
    Silence,
    /// The connection broke; it may have happened.
    Broken(Arc<sqlx::Error>),
    /// The server refused to begin it on this connection; on another it may well.
    Stale(Arc<sqlx::Error>),
    /// The server undid it in favour of another.
    Undone(Arc<sqlx::Error>),
    /// The server undid it because it took too long.
    Cancelled,
    /// The table is missing, or of an older version.
    NotMigrated(Arc<sqlx::Error>),
    /// Anything else; it did not happen.
    Failed(Arc<sqlx::Error>),
}

impl Fault {
    pub(super) fn of(error: sqlx::Error) -> Self {
        let error = Arc::new(error);
        let sqlx::Error::Database(cause) = &*error else {
            return match &*error {
                sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
                    Self::Broken(error)
                }
                _ => Self::Failed(error),
            };
        };
        let Some(cause) = cause.try_downcast_ref::<PgDatabaseError>() else {
            return Self::Failed(error);
        };
        if matches!(cause.severity(), PgSeverity::Fatal | PgSeverity::Panic) {
            return Self::Broken(error);
        }
        match cause.code() {
            // A statement prepared before the table changed, one that a pooler prepared
            // elsewhere, and a primary that has become a standby.
            "0A000" | "26000" | "25006" => Self::Stale(error),
            // Serialization failure, deadlock.
            "40001" | "40P01" => Self::Undone(error),
            "57014" => Self::Cancelled,
            // No such table, column, schema, function.
            "42P01" | "42703" | "3F000" | "42883" => Self::NotMigrated(error),
            _ => Self::Failed(error),
        }
    }

    /// Whether the connection is as good as before.
    pub(super) fn leaves_connection(&self) -> bool {
        match self {
            Self::Unreachable | Self::Silence | Self::Broken(_) | Self::Stale(_) => false,
            Self::Undone(_) | Self::Cancelled | Self::NotMigrated(_) | Self::Failed(_) => true,
        }
    }

    /// Whether there is a point in a second attempt, and no harm.
    pub(super) fn permits_again<S: Statement>(&self) -> bool {
        match self {
            Self::Broken(_) => S::IDEMPOTENT,
            Self::Stale(_) | Self::Undone(_) => true,
            Self::Unreachable
            | Self::Silence
            | Self::Cancelled
            | Self::NotMigrated(_)
            | Self::Failed(_) => false,
        }
    }

    /// Whether it may be the fault of one operation of several, and none of them happened.
    pub(super) fn may_be_of_one(&self) -> bool {
        let Self::Failed(error) = self else { return false };
        matches!(**error, sqlx::Error::Database(_) | sqlx::Error::Encode(_))
    }

    pub(super) fn to_error(&self, shared: &Shared) -> StoreError {
        match self {
            Self::Unreachable => shared.late(),
            Self::Silence | Self::Cancelled => StoreError::Deadline(shared.server.deadline()),
            Self::NotMigrated(source) => {
                let source = Arc::clone(source);
                StoreError::failed(NotMigrated { table: shared.table.to_string(), source })
            }
            Self::Broken(error)
            | Self::Stale(error)
            | Self::Undone(error)
            | Self::Failed(error) => match Refused::of(error) {
                Some(refused) => StoreError::failed(refused),
                None => StoreError::failed(Arc::clone(error)),
            },
        }
    }
}

/// The server refused a statement: the source of a [`StoreError::Failed`]. Without the detail
/// that the server gives, which shows the whole row.
#[derive(Debug, thiserror::Error)]
#[error("{message} (SQLSTATE {code})")]
pub struct Refused {
    code: String,
    message: String,
}

impl Refused {
    fn of(error: &sqlx::Error) -> Option<Self> {
        let sqlx::Error::Database(cause) = error else { return None };
        let code = cause.code().unwrap_or_default().into_owned();
        Some(Self { code, message: cause.message().to_owned() })
    }

    /// The five characters of PostgreSQL's appendix A.
    pub fn code(&self) -> &str {
        &self.code
    }
}

/// No worker has a connection: the source of a [`StoreError::Failed`]. They keep trying.
#[derive(Clone, Debug, thiserror::Error)]
#[error("PostgreSQL cannot be reached")]
pub struct Unreachable(#[source] pub(super) Arc<sqlx::Error>);
