//! Load: the record of a handle.

use session_core::store::Record;
use session_core::{Handle, Now};
use sqlx::sqlite::SqliteConnection;

use super::row::{only, record};
use super::statement::Statement;
use super::texts::Texts;

pub(super) const SQL: &str = r#"
SELECT :times, :record FROM :"table" WHERE handle = ?1 AND expires > ?2"#;

pub(crate) struct Load {
    pub(crate) handle: Handle,
    pub(crate) now: Now,
}

impl Statement for Load {
    type Answer = Option<Record>;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let query = sqlx::query(texts.load.clone())
            .bind(self.handle.as_bytes().to_vec())
            .bind(now.micros());
        let row = only(query.fetch_all(connection).await?);
        row.map(|row| record(&row, now)).transpose()
    }
}
