//! What a statement answers, read by position: each selects `:times`, then `:record`.

use session_core::store::{Record, Times};
use session_core::{Digest, Handle};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;

use super::moment::Moment;

/// The columns of [`times`].
pub(super) const TIMES: &str = ":now, created, authenticated, seen, expires, absolute";

/// The columns of [`record`] after [`TIMES`].
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

/// Whether there is one, or only its times.
pub(super) fn has_record(row: &PgRow) -> sqlx::Result<bool> {
    Ok(row.try_get::<Option<Uuid>, _>(6)?.is_some())
}

/// A handle as the server takes it.
pub(super) fn uuid(handle: Handle) -> Uuid {
    Uuid::from_bytes(*handle.as_bytes())
}
