//! Update: the next revision of a record that stays whose it is, only if it is at the expected one.

use session_core::Now;
use session_core::store::{self, Updated};
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, updated, uuid};
use super::statement::{MAX_CALLS, Statement, column};
use super::timestamp::{fixed_now, interval};

/// The principal is not named among what is set: a trigger would have to ask each time whether the
/// session has ended for somebody.
pub(super) const SINGLE: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    digest = $4,
    fields = $6,
    persistent = $7,
    seen = CASE WHEN $8::interval IS NULL THEN seen ELSE :now END,
    expires = CASE WHEN $8::interval IS NULL THEN expires ELSE least(:now + $8, absolute) END,
    sweep_at = least(sweep_at, :now + $8)
WHERE handle = $2 AND revision = $3 AND expires > :now AND principal IS NOT DISTINCT FROM $5
RETURNING :when"#;

/// The rows are locked in one order before the first is changed, so that two batches never wait
/// for each other.
pub(super) const BATCH: &str = r#"
WITH theirs AS MATERIALIZED (
    SELECT FROM :"table" WHERE handle = ANY ($2) ORDER BY handle FOR NO KEY UPDATE
)
UPDATE :"table" AS s SET
    revision = s.revision + 1,
    digest = item.digest,
    fields = item.fields,
    persistent = item.persistent,
    seen = CASE WHEN item.idle IS NULL THEN s.seen ELSE item.now END,
    expires = CASE
        WHEN item.idle IS NULL THEN s.expires
        ELSE least(item.now + item.idle, s.absolute)
    END,
    sweep_at = least(s.sweep_at, item.now + item.idle)
FROM (
    SELECT coalesce(moment, now()) AS now, given.*
    FROM unnest(
        $1::timestamptz[], $2::uuid[], $3::bigint[], $4::bytea[], $5::text[], $6::bytea[],
        $7::boolean[], $8::interval[]
    ) AS given (moment, key, expected, digest, principal, fields, persistent, idle)
) AS item
WHERE (SELECT count(*) FROM theirs) > 0
    AND s.handle = item.key AND s.revision = item.expected AND s.expires > item.now
    AND s.principal IS NOT DISTINCT FROM item.principal
RETURNING item.now, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle"#;

#[derive(Clone)]
pub(crate) struct Update {
    pub(crate) update: store::Update,
    pub(crate) now: Now,
}

impl Statement for Update {
    /// None if the record is not there at the expected revision, or another's.
    type Answer = Option<Updated>;

    const IDEMPOTENT: bool = false;
    const MAX_BATCH: usize = MAX_CALLS;

    fn claim(&self, claims: &mut Claims) -> bool {
        claims.row(self.update.handle) && claims.bytes(self.update.fields.len())
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let Self { update, now } = self;
        let row = sql
            .query()
            .bind(fixed_now(*now))
            .bind(uuid(update.handle))
            .bind(revision(update))
            .bind(update.digest.as_bytes())
            .bind(&update.principal)
            .bind(&update.fields)
            .bind(update.persistent)
            .bind(update.idle.map(|idle| interval(idle, *now)))
            .fetch_optional(connection)
            .await?;
        row.as_ref().map(updated).transpose()
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let rows = sql
            .query()
            .bind(column(batch, |it| fixed_now(it.now)))
            .bind(column(batch, |it| uuid(it.update.handle)))
            .bind(column(batch, |it| revision(&it.update)))
            .bind(column(batch, |it| it.update.digest.as_bytes().as_slice()))
            .bind(column(batch, |it| it.update.principal.as_deref()))
            .bind(column(batch, |it| &*it.update.fields))
            .bind(column(batch, |it| it.update.persistent))
            .bind(column(batch, |it| it.update.idle.map(|idle| interval(idle, it.now))))
            .fetch_all(connection)
            .await?;
        let mut answers = by_handle(&rows, 6, updated)?;
        Ok(column(batch, |it| answers.remove(&uuid(it.update.handle))))
    }
}

/// A revision past the column's range is one that no record is at.
pub(super) fn revision(update: &store::Update) -> i64 {
    i64::try_from(update.revision).unwrap_or(i64::MAX)
}
