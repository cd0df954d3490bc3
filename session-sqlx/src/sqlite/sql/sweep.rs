//! Sweep: deletes expired records, and revocations that are too old to matter.

use session_core::Now;
use session_core::store::{REVOCATIONS_LAST, Swept};
use sqlx::SqlStr;
use sqlx::sqlite::SqliteConnection;

use super::statement::Statement;
use super::texts::Texts;

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

/// How long a revocation lasts, in microseconds.
const REVOCATION_MICROS: i64 = REVOCATIONS_LAST.as_secs().cast_signed() * 1_000_000;

/// Revocations that nobody can be too late for any more.
pub(super) const FORGET: &str = r#"
DELETE FROM :"revocations" WHERE principal IN (
    SELECT principal FROM :"revocations" WHERE revoked < ?1 ORDER BY revoked LIMIT ?2
)"#;

pub(crate) struct Sweep {
    pub(crate) limit: u32,
    pub(crate) now: Now,
}

impl Statement for Sweep {
    type Answer = Swept;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine().micros();
        let limit = u64::from(self.limit);
        let put_off = run(&texts.put_off, now, limit, connection).await?;
        let left = limit.saturating_sub(put_off);
        let removed = run(&texts.sweep, now, left, connection).await?;
        let left = left.saturating_sub(removed);
        let forgotten =
            run(&texts.forget, now.saturating_sub(REVOCATION_MICROS), left, connection).await?;
        if forgotten < left { Ok(Swept::All(removed)) } else { Ok(Swept::Some(removed)) }
    }
}

/// Answers how many rows it changed of those that are due.
async fn run(
    sql: &SqlStr,
    due: i64,
    limit: u64,
    connection: &mut SqliteConnection,
) -> sqlx::Result<u64> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = sqlx::query(sql.clone()).bind(due).bind(limit);
    Ok(query.execute(connection).await?.rows_affected())
}
