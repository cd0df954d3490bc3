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
    Ok(Times {
        now,
        created: time(0)?,
        authenticated: authenticated.map(Timestamp::from_micros),
        seen: time(2)?,
        expires: time(3)?,
        absolute: time(4)?,
    })
}

/// The record in this row, read at this time.
pub(super) fn record(row: &SqliteRow, now: Timestamp) -> sqlx::Result<Record> {
    Ok(Record {
        handle: Handle::from_bytes(bytes(row, 5)?),
        digest: Digest::from_bytes(bytes(row, 6)?),
        revision: u64::try_from(row.try_get::<i64, _>(7)?).map_err(undecodable)?,
        principal: row.try_get(8)?,
        persistent: row.try_get(9)?,
        label: row.try_get(10)?,
        fields: row.try_get(11)?,
        times: times(row, now)?,
    })
}

/// The row of a statement that was run to its end: one that is left before it keeps its lock.
pub(super) fn only(rows: Vec<SqliteRow>) -> Option<SqliteRow> {
    rows.into_iter().next()
}

fn bytes<const N: usize>(row: &SqliteRow, column: usize) -> sqlx::Result<[u8; N]> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(undecodable)
}

fn undecodable(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
