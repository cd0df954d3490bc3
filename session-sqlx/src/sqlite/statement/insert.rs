//! Insert: a new record, only if its handle is free.

use session_core::Now;
use session_core::store::{self, Inserted};
use sqlx::sqlite::SqliteConnection;

use super::{Sql, Statement, only};
use crate::sqlite::row::times;

pub(super) const SQL: &str = r#"
INSERT INTO :"table" (
    handle, digest, revision, principal, fields, persistent, label,
    created, authenticated, seen, expires, absolute, sweep_at
) VALUES (
    ?1, ?2, 1, ?3, ?4, ?5, ?6,
    ?7, CASE WHEN ?3 IS NOT NULL THEN ?7 END, ?7, min(?8, ?9), ?9, min(?8, ?9)
) ON CONFLICT (handle) DO NOTHING RETURNING :times"#;

pub(in crate::sqlite) struct Insert {
    pub(in crate::sqlite) insert: store::Insert,
    pub(in crate::sqlite) now: Now,
}

impl Statement for Insert {
    type Answer = Inserted;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> sqlx::Result<Self::Answer> {
        let insert = &self.insert;
        let now = self.now.on_this_machine();
        let query = sqlx::query(sql.insert.clone())
            .bind(insert.handle.as_bytes().to_vec())
            .bind(insert.digest.as_bytes().to_vec())
            .bind(insert.principal.clone())
            .bind(insert.fields.clone())
            .bind(insert.persistent)
            .bind(insert.label.clone())
            .bind(now.micros())
            .bind(now.plus(insert.idle).micros())
            .bind(now.plus(insert.absolute).micros());
        match only(query.fetch_all(connection).await?) {
            Some(row) => Ok(Inserted::Saved(times(&row, now)?)),
            None => Ok(Inserted::Occupied),
        }
    }
}
