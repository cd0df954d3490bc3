//! Sweep: deletes expired records, and revocations that are too old to matter.

use session_core::Now;
use session_core::store::{REVOCATIONS_LAST, Swept};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::prepared::Prepared;
use super::statement::Statement;
use super::timestamp::{fixed_now, interval};

/// A row is due at `sweep_at`. If it was used since, it is not expired: it is put off until it
/// may be. Rows that a request holds at the moment are passed over, so that neither waits. The
/// first number of the advisory lock is the library's, the second the table's. What is due goes
/// on as an array, not as a join: how much that is the planner cannot know, and of a large table
/// it would guess so much that it reads all of it.
pub(super) const SQL: &str = r#"
WITH turn AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(1936946035, :'table'::regclass::oid::integer) AS mine,
        -- Read by the trigger that tells what ends.
        set_config('session.sweeping', 'on', true)
), due AS MATERIALIZED (
    SELECT handle, expires <= :now AS over FROM :"table"
    WHERE sweep_at <= :now AND (SELECT mine FROM turn)
    ORDER BY sweep_at LIMIT $2 FOR UPDATE SKIP LOCKED
), removed AS (
    DELETE FROM :"table" WHERE handle = ANY (ARRAY(SELECT handle FROM due WHERE over))
    RETURNING 1
), put_off AS (
    UPDATE :"table" SET sweep_at = expires
    WHERE handle = ANY (ARRAY(SELECT handle FROM due WHERE NOT over))
), forgotten AS (
    DELETE FROM :"revocations" WHERE principal = ANY (ARRAY(
        SELECT principal FROM :"revocations"
        WHERE revoked < :now - $3::interval AND (SELECT mine FROM turn)
        ORDER BY revoked LIMIT $2 FOR UPDATE SKIP LOCKED
    ))
)
SELECT mine, (SELECT count(*) FROM due), (SELECT count(*) FROM removed) FROM turn"#;

pub(crate) struct Sweep {
    pub(crate) limit: u32,
    pub(crate) now: Now,
}

impl Statement for Sweep {
    type Answer = Swept;

    const IDEMPOTENT: bool = false;

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let query = sql.query().bind(fixed_now(self.now)).bind(i64::from(self.limit));
        let query = query.bind(interval(REVOCATIONS_LAST, self.now));
        let row = query.fetch_one(connection).await?;
        let removed = row.try_get::<i64, _>(2)?.unsigned_abs();
        if !row.try_get::<bool, _>(0)? {
            Ok(Swept::Elsewhere)
        } else if row.try_get::<i64, _>(1)? < i64::from(self.limit) {
            Ok(Swept::All(removed))
        } else {
            Ok(Swept::Some(removed))
        }
    }
}
