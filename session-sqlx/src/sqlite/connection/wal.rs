//! The write-ahead log: truncated when it is long.

use std::ffi::OsString;
use std::fs;

use sqlx::sqlite::SqliteConnection;

use super::file::File;

/// SQLite moves the log into the file whenever it has 4 MB (`wal_autocheckpoint`), and begins it
/// anew once nobody reads from it. Where there is always a reader it never would, and the log
/// would grow for ever: past this many bytes, readers are waited for.
const MAX_WAL_BYTES: u64 = 16 << 20;

/// Truncates the log if it has become long. If readers do not let go at once, the next
/// transaction comes here again.
pub(crate) async fn truncate_long_wal(file: &File, connection: &mut SqliteConnection) {
    if wal_length(file) < MAX_WAL_BYTES {
        return;
    }
    let checkpoint = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
    if let Err(error) = checkpoint.execute(connection).await {
        tracing::debug!(%error, "the write-ahead log could not be shortened yet");
    }
}

/// How many bytes the log has.
pub(crate) fn wal_length(file: &File) -> u64 {
    let mut log = OsString::from(file.path());
    log.push("-wal");
    fs::metadata(log).map_or(0, |found| found.len())
}
