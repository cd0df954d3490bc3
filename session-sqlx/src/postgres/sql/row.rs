//! The row of an answer, read by position: each statement selects `:when`, then `:record`.

use std::collections::HashMap;

use session_core::store::{Record, Times, Updated};
use session_core::{Digest, Handle, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;

use super::timestamp::Timestamptz;

/// The columns of [`times`].
pub(super) const WHEN: &str = ":now, created, authenticated, seen, expires, absolute";

/// The columns of [`record`] after [`WHEN`].
pub(super) const RECORD: &str = "handle, digest, revision, principal, fields, persistent, label";

/// The times of the record in this row.
pub(super) fn times(row: &PgRow) -> sqlx::Result<Times> {
    let time = |column: usize| row.try_get(column).map(|Timestamptz(time)| time);
    let mut times = Times::new(time(0)?, time(1)?, time(3)?, time(4)?, time(5)?);
    times.authenticated = row.try_get::<Option<Timestamptz>, _>(2)?.map(|Timestamptz(time)| time);
    Ok(times)
}

/// The record in this row.
pub(super) fn record(row: &PgRow) -> sqlx::Result<Record> {
    let handle: Uuid = row.try_get(6)?;
    let handle = Handle::from_bytes(handle.into_bytes());
    let digest = Digest::from_bytes(row.try_get(7)?);
    let revision: i64 = row.try_get(8)?;
    let revision = u64::try_from(revision).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let mut record = Record::new(handle, digest, revision, row.try_get(10)?, times(row)?);
    record.principal = row.try_get(9)?;
    record.persistent = row.try_get(11)?;
    record.label = row.try_get(12)?;
    Ok(record)
}

/// The answer of each row, by the handle in this column.
pub(super) fn by_handle<A>(
    rows: &[PgRow],
    column: usize,
    answer: impl Fn(&PgRow) -> sqlx::Result<A>,
) -> sqlx::Result<HashMap<Uuid, A>> {
    rows.iter().map(|row| Ok((row.try_get(column)?, answer(row)?))).collect()
}

/// The answer of the update in this row.
pub(super) fn updated(row: &PgRow) -> sqlx::Result<Updated> {
    times(row).map(Updated::Saved)
}

/// What the server's clock showed, in the first column.
pub(super) fn clock(row: &PgRow) -> sqlx::Result<Timestamp> {
    row.try_get(0).map(|Timestamptz(now)| now)
}

/// A handle as the server takes it.
pub(super) fn uuid(handle: Handle) -> Uuid {
    Uuid::from_bytes(*handle.as_bytes())
}
