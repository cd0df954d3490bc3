//! Delete all: the records of a principal.

use session_core::Now;
use sqlx::sqlite::SqliteConnection;

use super::{Sql, Statement};

pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE principal = ?1 RETURNING expires > ?2"#;

pub(in crate::sqlite) struct DeleteAll {
    pub(in crate::sqlite) principal: String,
    pub(in crate::sqlite) now: Now,
}

impl Statement for DeleteAll {
    type Answer = u64;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> sqlx::Result<Self::Answer> {
        let query = sqlx::query_scalar(sql.delete_all.clone())
            .bind(self.principal.clone())
            .bind(self.now.on_this_machine().micros());
        let removed: Vec<bool> = query.fetch_all(connection).await?;
        let live = removed.into_iter().filter(|live| *live).count();
        Ok(u64::try_from(live).unwrap_or(u64::MAX))
    }
}
