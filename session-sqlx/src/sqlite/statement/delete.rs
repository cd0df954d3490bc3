//! Delete: the record of a handle.

use session_core::{Handle, Now};
use sqlx::sqlite::SqliteConnection;

use super::{Sql, Statement};

pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE handle = ?1 RETURNING expires > ?2"#;

pub(in crate::sqlite) struct Delete {
    pub(in crate::sqlite) handle: Handle,
    pub(in crate::sqlite) now: Now,
}

impl Statement for Delete {
    type Answer = bool;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> sqlx::Result<Self::Answer> {
        let query = sqlx::query_scalar(sql.delete.clone())
            .bind(self.handle.as_bytes().to_vec())
            .bind(self.now.on_this_machine().micros());
        let removed: Vec<bool> = query.fetch_all(connection).await?;
        Ok(removed == [true])
    }
}
