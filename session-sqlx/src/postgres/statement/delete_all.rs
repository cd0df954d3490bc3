//! Delete all: the records of a principal.

use session_core::Now;
use sqlx::SqlStr;
use sqlx::postgres::PgConnection;

use super::Statement;
use crate::postgres::moment::named;

/// The rows are locked in one order, so that two of these never wait for each other.
pub(super) const SQL: &str = r#"
WITH theirs AS MATERIALIZED (
    SELECT handle FROM :"table" WHERE principal = $2 ORDER BY handle FOR UPDATE
), gone AS (
    DELETE FROM :"table" WHERE handle = ANY (ARRAY(SELECT handle FROM theirs))
    RETURNING expires > :now AS live
)
SELECT count(*) FROM gone WHERE live"#;

pub(in crate::postgres) struct DeleteAll {
    pub(in crate::postgres) principal: String,
    pub(in crate::postgres) now: Now,
}

impl Statement for DeleteAll {
    type Answer = u64;

    const REPEATABLE: bool = false;

    async fn run(&self, connection: &mut PgConnection, sql: SqlStr) -> sqlx::Result<Self::Answer> {
        let query = sqlx::query_scalar(sql).bind(named(self.now)).bind(&self.principal);
        let live: i64 = query.fetch_one(connection).await?;
        Ok(live.unsigned_abs())
    }
}
