//! List: the records of a principal.

use session_core::Now;
use session_core::store::Record;
use sqlx::sqlite::SqliteConnection;

use super::{Sql, Statement};
use crate::sqlite::row::record;

pub(super) const SQL: &str = r#"
SELECT :times, :record FROM :"table" WHERE principal = ?1 AND expires > ?2
ORDER BY created DESC, handle DESC"#;

pub(in crate::sqlite) struct List {
    pub(in crate::sqlite) principal: String,
    pub(in crate::sqlite) now: Now,
}

impl Statement for List {
    type Answer = Vec<Record>;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let query = sqlx::query(sql.list.clone()).bind(self.principal.clone()).bind(now.micros());
        let rows = query.fetch_all(connection).await?;
        rows.iter().map(|row| record(row, now)).collect()
    }
}
