//! List: a page of the records of a principal.

use session_core::Now;
use session_core::store::{Contents, ListQuery, Page};
use sqlx::postgres::PgConnection;

use super::prepared::Prepared;
use super::row::{record, uuid};
use super::statement::Statement;
use super::timestamp::{Timestamptz, fixed_now};

/// The index has the order of the list: a page is read from its first record on, as far as it
/// goes. A first page begins after what is created at infinity, which nothing is. Fields that
/// nobody asks for are not read: long ones lie apart from the row.
pub(super) const SQL: &str = r#"
SELECT :when, handle, digest, revision, principal,
    CASE WHEN $6 THEN fields ELSE '' END, persistent, label
FROM :"table"
WHERE :writable AND principal = $2 AND expires > :now
    AND created <= coalesce($3::timestamptz, 'infinity')
    AND (created < coalesce($3::timestamptz, 'infinity') OR handle > $4)
ORDER BY created DESC, handle LIMIT $5"#;

pub(crate) struct List {
    pub(crate) principal: String,
    pub(crate) query: ListQuery,
    pub(crate) now: Now,
}

impl Statement for List {
    type Answer = Page;

    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = true;

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let after = self.query.after;
        let query = sql
            .query()
            .bind(fixed_now(self.now))
            .bind(&self.principal)
            .bind(after.map(|cursor| Timestamptz(cursor.created)))
            .bind(after.map(|cursor| uuid(cursor.handle)))
            .bind(i64::from(self.query.limit))
            .bind(self.query.contents == Contents::Whole);
        let rows = query.fetch_all(connection).await?;
        let records = rows.iter().map(record).collect::<sqlx::Result<_>>()?;
        Ok(Page::new(records, &self.query))
    }
}
