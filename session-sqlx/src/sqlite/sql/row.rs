//! The row of an answer, read by position: each statement selects `:times`, then `:record`.

use session_core::store::{Record, Times};
use session_core::{Digest, Handle, Timestamp};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// The columns of [`times`].
pub(super) const TIMES: &str = "created, authenticated, seen, expires, absolute";

/// The columns of [`record`] after [`TIMES`].
pub(super) const RECORD: &str = "handle, digest, revision, principal, persistent, label, fields";

/// The times of the record in this row, read at this time.
pub(super) fn times(row: &SqliteRow, now: Timestamp) -> sqlx::Result<Times> {
    let time = |column: usize| row.try_get(column).map(Timestamp::from_micros);
    let authenticated: Option<i64> = row.try_get(1)?;
    let mut times = Times::new(now, time(0)?, time(2)?, time(3)?, time(4)?);
    times.authenticated = authenticated.map(Timestamp::from_micros);
    Ok(times)
}

/// The record in this row, read at this time.
pub(super) fn record(row: &SqliteRow, now: Timestamp) -> sqlx::Result<Record> {
    let handle = Handle::from_bytes(bytes(row, 5)?);
    let digest = Digest::from_bytes(bytes(row, 6)?);
    let revision = u64::try_from(row.try_get::<i64, _>(7)?).map_err(undecodable)?;
    let mut record = Record::new(handle, digest, revision, row.try_get(11)?, times(row, now)?);
    record.principal = row.try_get(8)?;
    record.persistent = row.try_get(9)?;
    record.label = row.try_get(10)?;
    Ok(record)
}

/// The handle in the first column.
pub(super) fn handle(row: &SqliteRow) -> sqlx::Result<Handle> {
    bytes(row, 0).map(Handle::from_bytes)
}

/// The row of a statement that was run to its end: one that is left before it keeps its lock.
pub(super) fn only(rows: Vec<SqliteRow>) -> Option<SqliteRow> {
    rows.into_iter().next()
}

fn bytes<const N: usize>(row: &SqliteRow, column: usize) -> sqlx::Result<[u8; N]> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(undecodable)
}

pub(super) fn undecodable(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
