//! Touch: renews the idle limit.

use std::time::Duration;

use session_core::{Handle, Now};
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, uuid};
use super::statement::{MAX_CALLS, Statement, column};
use super::timestamp::{fixed_now, interval};

/// `sweep_at` changes only where the session is to end before it: with one lifetime for all, never.
pub(super) const SINGLE: &str = r#"
UPDATE :"table" SET
    seen = :now,
    expires = least(:now + $3, absolute),
    sweep_at = least(sweep_at, :now + $3)
WHERE handle = $2 AND expires > :now"#;

/// The rows are locked in one order before the first is changed, so that two batches never wait
/// for each other.
pub(super) const BATCH: &str = r#"
WITH theirs AS MATERIALIZED (
    SELECT FROM :"table" WHERE handle = ANY ($2) ORDER BY handle FOR NO KEY UPDATE
)
UPDATE :"table" AS s SET
    seen = item.now,
    expires = least(item.now + item.idle, s.absolute),
    sweep_at = least(s.sweep_at, item.now + item.idle)
FROM (
    SELECT coalesce(moment, now()) AS now, key, idle
    FROM unnest($1::timestamptz[], $2::uuid[], $3::interval[]) AS given (moment, key, idle)
) AS item
WHERE (SELECT count(*) FROM theirs) > 0 AND s.handle = item.key AND s.expires > item.now
RETURNING s.handle"#;

pub(crate) struct Touch {
    pub(crate) handle: Handle,
    pub(crate) idle: Duration,
    pub(crate) now: Now,
}

impl Statement for Touch {
    type Answer = bool;

    const IDEMPOTENT: bool = true;
    const MAX_BATCH: usize = MAX_CALLS;

    fn claim(&self, claims: &mut Claims) -> bool {
        claims.row(self.handle)
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let changed = sql
            .query()
            .bind(fixed_now(self.now))
            .bind(uuid(self.handle))
            .bind(interval(self.idle, self.now))
            .execute(connection)
            .await?;
        Ok(changed > 0)
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let rows = sql
            .query()
            .bind(column(batch, |touch| fixed_now(touch.now)))
            .bind(column(batch, |touch| uuid(touch.handle)))
            .bind(column(batch, |touch| interval(touch.idle, touch.now)))
            .fetch_all(connection)
            .await?;
        let found = by_handle(&rows, 0, |_| Ok(()))?;
        Ok(column(batch, |touch| found.contains_key(&uuid(touch.handle))))
    }
}
