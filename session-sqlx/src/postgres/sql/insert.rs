//! Insert: a new record without a principal, only if its handle is free.

use std::borrow::Cow;

use session_core::Now;
use session_core::store::{self, Inserted};
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, times, uuid};
use super::statement::{MAX_CALLS, Statement, column};
use super::timestamp::{fixed_now, interval};

pub(super) const SINGLE: &str = r#"
INSERT INTO :"table" (
    handle, digest, revision, fields, persistent, label,
    created, seen, expires, absolute, sweep_at
) VALUES (
    $2, $3, 1, $4, $5, $6, :now, :now, :now + $7, :now + $8, :now + $7
) ON CONFLICT (handle) DO NOTHING RETURNING :when"#;

pub(super) const BATCH: &str = r#"
INSERT INTO :"table" (
    handle, digest, revision, fields, persistent, label,
    created, seen, expires, absolute, sweep_at
)
SELECT key, digest, 1, fields, persistent, label, now, now, now + idle, now + most, now + idle
FROM (
    SELECT coalesce(moment, now()) AS now, given.*
    FROM unnest(
        $1::timestamptz[], $2::uuid[], $3::bytea[], $4::bytea[], $5::boolean[], $6::text[],
        $7::interval[], $8::interval[]
    ) AS given (moment, key, digest, fields, persistent, label, idle, most)
) AS item
ORDER BY key
ON CONFLICT (handle) DO NOTHING
RETURNING created, created, authenticated, seen, expires, absolute, handle"#;

pub(crate) struct Insert {
    pub(crate) insert: store::Insert,
    pub(crate) now: Now,
}

impl Statement for Insert {
    type Answer = Inserted;

    const IDEMPOTENT: bool = false;
    const MAX_BATCH: usize = MAX_CALLS;

    fn claim(&self, claims: &mut Claims) -> bool {
        claims.row(self.insert.handle) && claims.bytes(self.insert.fields.len())
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let Self { insert, now } = self;
        let row = sql
            .query()
            .bind(fixed_now(*now))
            .bind(uuid(insert.handle))
            .bind(insert.digest.as_bytes())
            .bind(&insert.fields)
            .bind(insert.persistent)
            .bind(label(insert))
            .bind(interval(insert.idle.min(insert.absolute), *now))
            .bind(interval(insert.absolute, *now))
            .fetch_optional(connection)
            .await?;
        match row {
            Some(row) => Ok(Inserted::Saved(times(&row)?)),
            None => Ok(Inserted::Occupied),
        }
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let rows = sql
            .query()
            .bind(column(batch, |it| fixed_now(it.now)))
            .bind(column(batch, |it| uuid(it.insert.handle)))
            .bind(column(batch, |it| it.insert.digest.as_bytes().as_slice()))
            .bind(column(batch, |it| &*it.insert.fields))
            .bind(column(batch, |it| it.insert.persistent))
            .bind(column(batch, |it| label(&it.insert)))
            .bind(column(batch, |it| interval(it.insert.idle.min(it.insert.absolute), it.now)))
            .bind(column(batch, |it| interval(it.insert.absolute, it.now)))
            .fetch_all(connection)
            .await?;
        let mut saved = by_handle(&rows, 6, times)?;
        Ok(column(batch, |it| {
            saved.remove(&uuid(it.insert.handle)).map_or(Inserted::Occupied, Inserted::Saved)
        }))
    }
}

/// PostgreSQL's text has no NUL. No header has one either, so no browser loses anything.
pub(super) fn label(insert: &store::Insert) -> Option<Cow<'_, str>> {
    let label = insert.label.as_deref()?;
    Some(if label.contains('\0') { label.replace('\0', "").into() } else { label.into() })
}
