//! The errors of a statement: what each says about the statement and its connection.

use std::sync::Arc;

use sqlx::postgres::{PgDatabaseError, PgSeverity};

use crate::postgres::sql::{READ_ONLY, Statement};

/// Why a statement gave no answer. Codes are of PostgreSQL's appendix A.
pub(crate) enum StatementError {
    /// There was no connection to send it on.
    NotConnected,
    /// The server said nothing within the deadline; it may have happened.
    TimedOut,
    /// The connection broke; it may have happened.
    Disconnected(Arc<sqlx::Error>),
    /// It did not happen on this connection; on another it may well.
    Stale(Arc<sqlx::Error>),
    /// The server rolled it back in favour of another.
    RolledBack(Arc<sqlx::Error>),
    /// The server rolled it back because it took too long.
    Cancelled,
    /// The table is missing, or of an older version.
    NotMigrated(Arc<sqlx::Error>),
    /// Anything else; it did not happen.
    Failed(Arc<sqlx::Error>),
}

impl From<sqlx::Error> for StatementError {
    fn from(error: sqlx::Error) -> Self {
        let error = Arc::new(error);
        let sqlx::Error::Database(cause) = &*error else {
            return match &*error {
                sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
                    Self::Disconnected(error)
                }
                _ => Self::Failed(error),
            };
        };
        let Some(cause) = cause.try_downcast_ref::<PgDatabaseError>() else {
            return Self::Failed(error);
        };
        if matches!(cause.severity(), PgSeverity::Fatal | PgSeverity::Panic) {
            return Self::Disconnected(error);
        }
        match cause.code() {
            // A statement prepared before the table changed, one that a pooler prepared
            // elsewhere, and a server that became read only, asked to write or to read.
            "0A000" | "26000" | "25006" | READ_ONLY => Self::Stale(error),
            // Serialization failure, deadlock.
            "40001" | "40P01" => Self::RolledBack(error),
            "57014" => Self::Cancelled,
            // No such table, column, schema, function.
            "42P01" | "42703" | "3F000" | "42883" => Self::NotMigrated(error),
            _ => Self::Failed(error),
        }
    }
}

impl StatementError {
    /// It was certainly undone, whatever became of the connection.
    pub(super) fn undone(self) -> Self {
        match self {
            Self::Disconnected(error) => Self::Stale(error),
            error => error,
        }
    }

    /// Whether the server itself ended the connection before the statement was done: then it undid
    /// the statement, if that had begun at all.
    ///
    /// A process of the server that is told to end (by an administrator, a shutdown or a time limit)
    /// aborts its transaction, and says so. Its messages arrive in order, and it says that a statement
    /// is done before it commits what no `BEGIN` came before; after that an error is not of this kind
    /// any more.
    pub(super) fn is_farewell(&self) -> bool {
        let Self::Disconnected(error) = self else { return false };
        let sqlx::Error::Database(cause) = &**error else { return false };
        // Admin shutdown, database dropped, idle session timeout.
        matches!(cause.code().as_deref(), Some("57P01" | "57P04" | "57P05"))
    }

    /// Whether the connection is as good as before.
    pub(crate) fn leaves_connection(&self) -> bool {
        match self {
            Self::NotConnected | Self::TimedOut | Self::Disconnected(_) | Self::Stale(_) => false,
            Self::RolledBack(_) | Self::Cancelled | Self::NotMigrated(_) | Self::Failed(_) => true,
        }
    }

    /// Whether a second attempt may succeed, and does no harm.
    pub(crate) fn is_retryable<S: Statement>(&self) -> bool {
        match self {
            Self::Disconnected(_) => S::IDEMPOTENT,
            Self::Stale(_) | Self::RolledBack(_) => true,
            Self::NotConnected
            | Self::TimedOut
            | Self::Cancelled
            | Self::NotMigrated(_)
            | Self::Failed(_) => false,
        }
    }

    /// Whether one statement of a batch may have caused it, and none of the batch happened.
    pub(crate) fn may_be_of_one(&self) -> bool {
        let Self::Failed(error) = self else { return false };
        matches!(**error, sqlx::Error::Database(_) | sqlx::Error::Encode(_))
    }
}

/// The server rejected a statement: the source of a
/// [`StoreError::Failed`](session_core::StoreError::Failed). Without the detail
/// that the server gives, which shows the whole row.
///
/// Look the SQLSTATE up in appendix A of the manual of PostgreSQL.
#[derive(thiserror::Error)]
#[error("{message} (SQLSTATE {code})")]
pub struct Rejected {
    code: String,
    message: String,
}

session_core::debug_in_words!(Rejected);

impl Rejected {
    pub(crate) fn of(error: &sqlx::Error) -> Option<Self> {
        let sqlx::Error::Database(cause) = error else { return None };
        let code = cause.code().unwrap_or_default().into_owned();
        Some(Self { code, message: cause.message().to_owned() })
    }

    /// The five characters of PostgreSQL's appendix A.
    pub fn code(&self) -> &str {
        &self.code
    }
}
