//! What a statement answers, read by position: each selects `:when`, then `:record`.

use std::collections::HashMap;

use session_core::store::{Record, Times, Updated};
use session_core::{Digest, Handle, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;

use super::moment::Moment;

/// The columns of [`times`].
pub(super) const WHEN: &str = ":now, created, authenticated, seen, expires, absolute";

/// The columns of [`record`] after [`WHEN`].
pub(super) const RECORD: &str = "handle, digest, revision, principal, fields, persistent, label";

/// The times of the record in this row.
pub(super) fn times(row: &PgRow) -> sqlx::Result<Times> {
    let moment = |column: usize| row.try_get(column).map(|Moment(moment)| moment);
    Ok(Times {
        now: moment(0)?,
        created: moment(1)?,
        authenticated: row.try_get::<Option<Moment>, _>(2)?.map(|Moment(moment)| moment),
        seen: moment(3)?,
        expires: moment(4)?,
        absolute: moment(5)?,
    })
}

/// The record in this row.
pub(super) fn record(row: &PgRow) -> sqlx::Result<Record> {
    let handle: Uuid = row.try_get(6)?;
    let revision: i64 = row.try_get(8)?;
    Ok(Record {
        handle: Handle::from_bytes(handle.into_bytes()),
        digest: Digest::from_bytes(row.try_get(7)?),
        revision: u64::try_from(revision).map_err(|error| sqlx::Error::Decode(error.into()))?,
        principal: row.try_get(9)?,
        fields: row.try_get(10)?,
        persistent: row.try_get(11)?,
        label: row.try_get(12)?,
        times: times(row)?,
    })
}

/// What each row answers, by the handle in this column.
pub(super) fn by_handle<A>(
    rows: &[PgRow],
    column: usize,
    answer: impl Fn(&PgRow) -> sqlx::Result<A>,
) -> sqlx::Result<HashMap<Uuid, A>> {
    rows.iter().map(|row| Ok((row.try_get(column)?, answer(row)?))).collect()
}

/// What the update in this row answers: the moment alone says that a log-in came too late.
pub(super) fn updated(row: &PgRow) -> sqlx::Result<Updated> {
    match refused(row)? {
        Some(moment) => Ok(Updated::Revoked(moment)),
        None => times(row).map(Updated::Saved),
    }
}

/// The moment, if there is nothing else.
pub(super) fn refused(row: &PgRow) -> sqlx::Result<Option<Timestamp>> {
    match row.try_get::<Option<Moment>, _>(1)? {
        Some(_) => Ok(None),
        None => row.try_get(0).map(|Moment(now)| Some(now)),
    }
}

/// A handle as the server takes it.
pub(super) fn uuid(handle: Handle) -> Uuid {
    Uuid::from_bytes(*handle.as_bytes())
}
