//! Sweep: the expired records go.

use session_core::Now;
use session_core::store::Swept;
use sqlx::sqlite::SqliteConnection;

use super::{Sql, Statement};

/// A row is due at `sweep_at`. If it was used since, it is not expired: it is put off until it
/// may be.
pub(super) const PUT_OFF: &str = r#"
UPDATE :"table" SET sweep_at = expires
WHERE expires > ?1 AND rowid IN (
    SELECT rowid FROM :"table" WHERE sweep_at <= ?1 ORDER BY sweep_at, rowid LIMIT ?2
)"#;

/// What is due now and was due then is expired.
pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE rowid IN (
    SELECT rowid FROM :"table" WHERE sweep_at <= ?1 ORDER BY sweep_at, rowid LIMIT ?2
)"#;

pub(in crate::sqlite) struct Sweep {
    pub(in crate::sqlite) limit: u32,
    pub(in crate::sqlite) now: Now,
}

impl Statement for Sweep {
    type Answer = Swept;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine().micros();
        let limit = u64::from(self.limit);
        let put_off = sqlx::query(sql.put_off.clone()).bind(now).bind(i64::from(self.limit));
        let put_off = put_off.execute(&mut *connection).await?.rows_affected();
        let left = limit.saturating_sub(put_off);
        let removed =
            sqlx::query(sql.sweep.clone()).bind(now).bind(i64::try_from(left).unwrap_or(i64::MAX));
        let removed = removed.execute(connection).await?.rows_affected();
        if put_off + removed < limit { Ok(Swept::All(removed)) } else { Ok(Swept::Some(removed)) }
    }
}
