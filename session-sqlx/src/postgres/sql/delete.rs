//! Delete: the record of a handle.

use session_core::{Handle, Now};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, uuid};
use super::statement::{MAX_CALLS, Statement, column};
use super::timestamp::fixed_now;

pub(super) const SINGLE: &str = r#"
DELETE FROM :"table" WHERE handle = $2 RETURNING expires > :now"#;

/// The rows are locked in one order before the first is removed, so that two batches never wait
/// for each other.
pub(super) const BATCH: &str = r#"
WITH theirs AS MATERIALIZED (
    SELECT FROM :"table" WHERE handle = ANY ($2) ORDER BY handle FOR UPDATE
)
DELETE FROM :"table" AS s USING (
    SELECT coalesce(moment, now()) AS now, key
    FROM unnest($1::timestamptz[], $2::uuid[]) AS given (moment, key)
) AS item
WHERE (SELECT count(*) FROM theirs) > 0 AND s.handle = item.key
RETURNING s.handle, s.expires > item.now"#;

pub(crate) struct Delete {
    pub(crate) handle: Handle,
    pub(crate) now: Now,
}

impl Statement for Delete {
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
        let query = sql.query().bind(fixed_now(self.now)).bind(uuid(self.handle));
        let row = query.fetch_optional(connection).await?;
        row.map_or(Ok(false), |row| row.try_get(0))
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let rows = sql
            .query()
            .bind(column(batch, |delete| fixed_now(delete.now)))
            .bind(column(batch, |delete| uuid(delete.handle)))
            .fetch_all(connection)
            .await?;
        let was_live = by_handle(&rows, 0, |row| row.try_get::<bool, _>(1))?;
        Ok(column(batch, |delete| was_live.get(&uuid(delete.handle)) == Some(&true)))
    }
}
