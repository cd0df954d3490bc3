//! Update: the next revision, only if the record is at the expected one.

use session_core::store::{self, Updated};
use session_core::{Now, Timestamp};
use sqlx::SqlStr;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::{Sql, Statement, only};
use crate::sqlite::row::{record, times};

/// What most updates are. SQLite writes an index anew when its column is so much as named, so
/// this one names none, and asks for a record whose indexed columns stay as they are.
pub(super) const SQL: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    digest = ?3,
    fields = ?5,
    persistent = ?6,
    seen = ?7,
    authenticated = CASE WHEN ?4 IS NULL THEN NULL WHEN ?9 IS NULL THEN authenticated ELSE ?7 END,
    expires = min(?8, coalesce(?9, absolute)),
    absolute = coalesce(?9, absolute)
WHERE handle = ?1 AND revision = ?2 AND expires > ?7
    AND principal IS ?4 AND sweep_at <= min(?8, coalesce(?9, absolute))
RETURNING :times"#;

/// The others: a log-in, a log-out, an end that is moved forward.
pub(super) const WITH_INDEXES: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    digest = ?3,
    principal = ?4,
    fields = ?5,
    persistent = ?6,
    seen = ?7,
    authenticated = CASE WHEN ?4 IS NULL THEN NULL WHEN ?9 IS NULL THEN authenticated ELSE ?7 END,
    expires = min(?8, coalesce(?9, absolute)),
    absolute = coalesce(?9, absolute),
    sweep_at = min(sweep_at, ?8, coalesce(?9, absolute))
WHERE handle = ?1 AND revision = ?2 AND expires > ?7
RETURNING :times"#;

pub(in crate::sqlite) struct Update {
    pub(in crate::sqlite) update: store::Update,
    pub(in crate::sqlite) now: Now,
}

impl Statement for Update {
    type Answer = Updated;

    /// Nothing comes between the statements: the transaction that they are in has the only lock.
    async fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        for sql in [&sql.update, &sql.update_with_indexes] {
            if let Some(row) = self.save(connection, sql, now).await? {
                return Ok(Updated::Saved(times(&row, now)?));
            }
        }
        let current = sqlx::query(sql.load.clone())
            .bind(self.update.handle.as_bytes().to_vec())
            .bind(now.micros());
        match only(current.fetch_all(connection).await?) {
            Some(row) => Ok(Updated::Conflict(Box::new(record(&row, now)?))),
            None => Ok(Updated::Gone),
        }
    }
}

impl Update {
    async fn save(
        &self,
        connection: &mut SqliteConnection,
        sql: &SqlStr,
        now: Timestamp,
    ) -> sqlx::Result<Option<SqliteRow>> {
        let update = &self.update;
        let absolute = update.authenticated.map(|absolute| now.plus(absolute));
        let query = sqlx::query(sql.clone())
            .bind(update.handle.as_bytes().to_vec())
            // A revision past the column's range is one that no record is at.
            .bind(i64::try_from(update.revision).unwrap_or(i64::MAX))
            .bind(update.digest.as_bytes().to_vec())
            .bind(update.principal.clone())
            .bind(update.fields.clone())
            .bind(update.persistent)
            .bind(now.micros())
            .bind(now.plus(update.idle).micros())
            .bind(absolute.map(Timestamp::micros));
        Ok(only(query.fetch_all(connection).await?))
    }
}
