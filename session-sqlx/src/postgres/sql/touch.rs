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

/// The rows are locked in the order of the index, so that two batches never wait for each other.
pub(super) const BATCH: &str = r#"
UPDATE :"table" SET
    seen = :now,
    expires = least(:now + $3, absolute),
    sweep_at = least(sweep_at, :now + $3)
WHERE handle = ANY ($2::uuid[]) AND expires > :now
RETURNING handle"#;

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
        claims.row(self.handle) && claims.terms(self.now, Some(self.idle))
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
        let first = batch.first().map(|touch| (touch.now, touch.idle));
        let (now, idle) = first.unwrap_or((Now::Store, Duration::ZERO));
        let rows = sql
            .query()
            .bind(fixed_now(now))
            .bind(column(batch, |touch| uuid(touch.handle)))
            .bind(interval(idle, now))
            .fetch_all(connection)
            .await?;
        let found = by_handle(&rows, 0, |_| Ok(()))?;
        Ok(column(batch, |touch| found.contains_key(&uuid(touch.handle))))
    }
}
