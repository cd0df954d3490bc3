//! Delete and remember: an empty record takes the place of that of a handle.

use std::time::Duration;

use session_core::{Handle, Now};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, uuid};
use super::statement::{MAX_CALLS, Statement, column};
use super::timestamp::{fixed_now, interval};

/// One text for one and for many. Rows are locked in one order, so that two batches never wait for
/// each other.
///
/// What is returned is what is written: that the record was there and had expired is told by a
/// `sweep_at` before the moment. It is no later than any other that may stand there, and the
/// cleaner puts the row off.
///
/// A trigger tells of a record that is replaced. One on inserts would cost each of them, so that
/// the statement itself tells of an ending without a record.
pub(super) const SQL: &str = r#"
INSERT INTO :"table" AS s (
    handle, digest, revision, principal, fields, persistent, label,
    created, authenticated, seen, expires, absolute, sweep_at
)
SELECT
    key, decode(repeat('00', 32), 'hex'), 1, NULL, '', false, NULL,
    now, NULL, now, now + memory, now + memory, now + memory
FROM (
    SELECT coalesce(moment, now()) AS now, key, memory
    FROM unnest($1::timestamptz[], $2::uuid[], $3::interval[]) AS given (moment, key, memory)
) AS item
ORDER BY key
ON CONFLICT (handle) DO UPDATE SET
    digest = excluded.digest,
    revision = s.revision + 1,
    principal = excluded.principal,
    fields = excluded.fields,
    persistent = excluded.persistent,
    label = excluded.label,
    created = excluded.created,
    authenticated = excluded.authenticated,
    seen = excluded.seen,
    expires = excluded.expires,
    absolute = excluded.absolute,
    sweep_at = CASE
        WHEN s.expires > excluded.created THEN excluded.sweep_at
        ELSE excluded.created - interval '1 microsecond'
    END
RETURNING handle, revision > 1 AND sweep_at >= created, CASE
    WHEN revision = 1
    THEN pg_notify('session_endings_' || :'table'::regclass::oid, handle::text)
END"#;

pub(crate) struct Remember {
    pub(crate) handle: Handle,
    pub(crate) memory: Duration,
    pub(crate) now: Now,
}

impl Statement for Remember {
    /// Whether the record was there.
    type Answer = bool;

    const IDEMPOTENT: bool = false;
    const MAX_BATCH: usize = MAX_CALLS;

    fn claim(&self, claims: &mut Claims) -> bool {
        claims.row(self.handle)
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        Ok(Self::run_batch(&[self], connection, sql).await? == [true])
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let rows = sql
            .query()
            .bind(column(batch, |it| fixed_now(it.now)))
            .bind(column(batch, |it| uuid(it.handle)))
            .bind(column(batch, |it| interval(it.memory, it.now)))
            .fetch_all(connection)
            .await?;
        let was_live = by_handle(&rows, 0, |row| row.try_get::<bool, _>(1))?;
        Ok(column(batch, |it| was_live.get(&uuid(it.handle)) == Some(&true)))
    }
}
