//! List: the records of a principal.

use session_core::Now;
use session_core::store::Record;
use sqlx::sqlite::SqliteConnection;

use super::row::record;
use super::statement::Statement;
use super::texts::Texts;

pub(super) const SQL: &str = r#"
SELECT :times, :record FROM :"table" WHERE principal = ?1 AND expires > ?2
ORDER BY created DESC, handle DESC"#;

pub(crate) struct List {
    pub(crate) principal: String,
    pub(crate) now: Now,
}

impl Statement for List {
    type Answer = Vec<Record>;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let query = sqlx::query(texts.list.clone()).bind(self.principal.clone()).bind(now.micros());
        let rows = query.fetch_all(connection).await?;
        rows.iter().map(|row| record(row, now)).collect()
    }
}
