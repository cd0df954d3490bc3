//! Load: the record of a handle.

use session_core::store::Record;
use session_core::{Handle, Now};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::prepared::Prepared;
use super::row::{record, uuid};
use super::statement::{MAX_CALLS, Statement, column};
use super::timestamp::fixed_now;

pub(super) const SINGLE: &str = r#"
SELECT :when, :record FROM :"table" WHERE handle = $2 AND expires > :now"#;

/// Each handle is looked up by itself, whatever the planner takes the table for; two may be the
/// same.
pub(super) const BATCH: &str = r#"
SELECT :when, :record, item.number FROM (
    SELECT coalesce(moment, now()) AS now, key, number
    FROM unnest($1::timestamptz[], $2::uuid[]) WITH ORDINALITY AS given (moment, key, number)
) AS item CROSS JOIN LATERAL (
    SELECT created, authenticated, seen, expires, absolute, :record FROM :"table"
    WHERE handle = item.key AND expires > item.now LIMIT 1
) AS found"#;

pub(crate) struct Load {
    pub(crate) handle: Handle,
    pub(crate) now: Now,
}

impl Statement for Load {
    type Answer = Option<Record>;

    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = true;
    const MAX_BATCH: usize = MAX_CALLS;

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let query = sql.query().bind(fixed_now(self.now)).bind(uuid(self.handle));
        let row = query.fetch_optional(connection).await?;
        row.as_ref().map(record).transpose()
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let rows = sql
            .query()
            .bind(column(batch, |load| fixed_now(load.now)))
            .bind(column(batch, |load| uuid(load.handle)))
            .fetch_all(connection)
            .await?;
        let mut answers = vec![None; batch.len()];
        for row in &rows {
            let number = usize::try_from(row.try_get::<i64, _>(13)?).unwrap_or(0);
            if let Some(answer) = answers.get_mut(number.wrapping_sub(1)) {
                *answer = Some(record(row)?);
            }
        }
        Ok(answers)
    }
}
