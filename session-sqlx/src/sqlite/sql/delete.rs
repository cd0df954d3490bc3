//! Delete: the record of a handle.

use session_core::{Handle, Now};
use sqlx::sqlite::SqliteConnection;

use super::statement::Statement;
use super::texts::Texts;

pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE handle = ?1 RETURNING expires > ?2"#;

pub(crate) struct Delete {
    pub(crate) handle: Handle,
    pub(crate) now: Now,
}

impl Statement for Delete {
    type Answer = bool;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let query = sqlx::query_scalar(texts.delete.clone())
            .bind(self.handle.as_bytes().to_vec())
            .bind(self.now.on_this_machine().micros());
        let removed: Vec<bool> = query.fetch_all(connection).await?;
        Ok(removed == [true])
    }
}
