//! List: a page of the records of a principal.

use session_core::Now;
use session_core::store::{Contents, ListQuery, Page};
use sqlx::sqlite::SqliteConnection;

use super::row::record;
use super::statement::Statement;
use super::texts::Texts;

/// The index has the order of the list: a page is read from its first record on, as far as it
/// goes. A first page begins after what is created at the end of time, which nothing is. Fields
/// that nobody asks for are not read: they may lie on pages of their own.
pub(super) const SQL: &str = r#"
SELECT :times, handle, digest, revision, principal, persistent, label,
    CASE WHEN ?6 THEN fields ELSE x'' END
FROM :"table"
WHERE principal = ?1 AND expires > ?2
    AND created <= coalesce(?3, 9223372036854775807)
    AND (created < coalesce(?3, 9223372036854775807) OR handle > ?4)
ORDER BY created DESC, handle LIMIT ?5"#;

pub(crate) struct List {
    pub(crate) principal: String,
    pub(crate) query: ListQuery,
    pub(crate) now: Now,
}

impl Statement for List {
    type Answer = Page;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let after = self.query.after;
        let query = sqlx::query(texts.list.clone())
            .bind(self.principal.clone())
            .bind(now.micros())
            .bind(after.map(|cursor| cursor.created.micros()))
            .bind(after.map(|cursor| cursor.handle.as_bytes().to_vec()))
            .bind(self.query.limit)
            .bind(self.query.contents == Contents::Whole);
        let rows = query.fetch_all(connection).await?;
        let records = rows.iter().map(|row| record(row, now)).collect::<sqlx::Result<_>>()?;
        Ok(Page::new(records, &self.query))
    }
}
