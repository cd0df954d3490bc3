//! List: the records of a principal.

use session_core::Now;
use session_core::store::Record;
use sqlx::postgres::PgConnection;

use super::prepared::Prepared;
use super::row::record;
use super::statement::Statement;
use super::timestamp::fixed_now;

pub(super) const SQL: &str = r#"
SELECT :when, :record FROM :"table" WHERE principal = $2 AND expires > :now
ORDER BY created DESC, handle DESC"#;

pub(crate) struct List {
    pub(crate) principal: String,
    pub(crate) now: Now,
}

impl Statement for List {
    type Answer = Vec<Record>;

    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = true;

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let query = sql.query().bind(fixed_now(self.now)).bind(&self.principal);
        query.fetch_all(connection).await?.iter().map(record).collect()
    }
}
