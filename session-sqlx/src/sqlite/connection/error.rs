//! The errors of a statement: what each says about the statement and its connection.

use std::sync::Arc;

use session_core::StoreError;
use sqlx::sqlite::SqliteConnection;

use crate::not_migrated::{NotMigrated, Reason};
use crate::sqlite::sql::{MIGRATIONS, Table, applied};

/// Primary result codes, <https://www.sqlite.org/rescode.html>.
const ERROR: i32 = 1;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const NOMEM: i32 = 7;
const FULL: i32 = 13;
const TOOBIG: i32 = 18;
const CONSTRAINT: i32 = 19;
const MISMATCH: i32 = 20;

/// Whether another connection has the lock at the moment.
pub(crate) fn is_locked(error: &sqlx::Error) -> bool {
    matches!(primary(error), Some(BUSY | LOCKED))
}

/// Whether the connection is as good as before.
pub(crate) fn leaves_connection(error: &sqlx::Error) -> bool {
    matches!(
        primary(error),
        Some(ERROR | BUSY | LOCKED | NOMEM | FULL | TOOBIG | CONSTRAINT | MISMATCH)
    )
}

/// What a caller is told of this error.
pub(crate) async fn store_error(
    error: sqlx::Error,
    connection: &mut SqliteConnection,
    table: &Table,
) -> StoreError {
    // SQLite has no code for a missing table, only a message.
    if primary(&error) != Some(ERROR) {
        return StoreError::failed(error);
    }
    let Ok(found) = applied(connection, table).await else { return StoreError::failed(error) };
    if let Some(newer) = MIGRATIONS.newer(found, table) {
        return StoreError::failed(newer);
    }
    let (found, known) = (found.version, MIGRATIONS.latest());
    if found >= known {
        return StoreError::failed(error);
    }
    StoreError::failed(NotMigrated {
        table: table.to_string(),
        reason: if found == 0 { Reason::Missing } else { Reason::Older { found, known } },
        source: Arc::new(error),
    })
}

/// The code without what extends it.
fn primary(error: &sqlx::Error) -> Option<i32> {
    let sqlx::Error::Database(cause) = error else {
        return None;
    };
    let code: i32 = cause.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// The transaction that this write was in could not be committed, or not begun: the source of a
/// [`StoreError::Failed`]. Other writes were in it.
///
/// See its source: is the disk full, is the file read only?
#[derive(Clone, thiserror::Error)]
#[error("SQLite could not write")]
pub struct WriteFailed(#[source] pub(crate) Arc<sqlx::Error>);

session_core::debug_in_words!(WriteFailed);
