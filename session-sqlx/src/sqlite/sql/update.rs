//! Update: the next revision, only if the record is at the expected one.

use std::time::Duration;

use session_core::store::{self, Updated};
use session_core::{Handle, Now, Timestamp};
use sqlx::SqlStr;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::log_in::LogIn;
use super::row::{only, record, times};
use super::statement::Statement;
use super::texts::Texts;
use super::with_ended::WithEnded;

/// What most updates are. SQLite writes an index anew when its column is so much as named, so
/// this one names none, and asks for a record whose indexed columns stay as they are.
///
/// `min` of nothing and something is nothing: what is no use of the session moves no end.
pub(super) const SQL: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    digest = ?3,
    fields = ?5,
    persistent = ?6,
    seen = CASE WHEN ?8 IS NULL THEN seen ELSE ?7 END,
    authenticated = CASE WHEN ?4 IS NULL THEN NULL WHEN ?9 IS NULL THEN authenticated ELSE ?7 END,
    expires = coalesce(min(?8, coalesce(?9, absolute)), expires),
    absolute = coalesce(?9, absolute)
WHERE handle = ?1 AND revision = ?2 AND expires > ?7
    AND sweep_at <= coalesce(min(?8, coalesce(?9, absolute)), expires)
RETURNING :times"#;

/// The others: what takes the record to or from a principal, an end that is moved forward.
pub(super) const WITH_INDEXES: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    digest = ?3,
    principal = ?4,
    fields = ?5,
    persistent = ?6,
    seen = CASE WHEN ?8 IS NULL THEN seen ELSE ?7 END,
    authenticated = CASE WHEN ?4 IS NULL THEN NULL WHEN ?9 IS NULL THEN authenticated ELSE ?7 END,
    expires = coalesce(min(?8, coalesce(?9, absolute)), expires),
    absolute = coalesce(?9, absolute),
    sweep_at = min(sweep_at, coalesce(min(?8, coalesce(?9, absolute)), expires))
WHERE handle = ?1 AND revision = ?2 AND expires > ?7
RETURNING :times"#;

pub(crate) struct Update {
    pub(crate) update: store::Update,
    pub(crate) now: Now,
}

impl Statement for Update {
    type Answer = WithEnded<Updated>;

    fn ended<'a>(&'a self, answer: &'a WithEnded<Updated>) -> &'a [Handle] {
        &answer.ended
    }

    fn needs_savepoint(&self) -> bool {
        LogIn::by_update(&self.update).is_some_and(|log_in| log_in.is_limited())
    }

    /// Nothing comes between the statements: the transaction that they are in has the only lock.
    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let log_in = LogIn::by_update(&self.update);
        let is_revoked = match &log_in {
            Some(log_in) => log_in.is_revoked(connection, texts).await?,
            None => false,
        };
        if !is_revoked && let Some(row) = self.save(connection, texts, now).await? {
            let mut ended = match &log_in {
                Some(log_in) => log_in.make_room(connection, texts, now).await?,
                None => Vec::new(),
            };
            ended.extend(self.leaves().then_some(self.update.handle));
            return Ok(WithEnded { answer: Updated::Saved(times(&row, now)?), ended });
        }
        let current = sqlx::query(texts.load.clone())
            .bind(self.update.handle.as_bytes().to_vec())
            .bind(now.micros());
        let Some(row) = only(current.fetch_all(connection).await?) else {
            return Ok(WithEnded::nothing(Updated::Gone));
        };
        let current = record(&row, now)?;
        if is_revoked && current.revision == self.update.revision {
            return Ok(WithEnded::nothing(Updated::Revoked(now)));
        }
        Ok(WithEnded::nothing(Updated::Conflict(Box::new(current))))
    }
}

impl Update {
    fn passes_on(&self) -> bool {
        self.update.principal != self.update.before.principal
    }

    /// Whether it takes the record from a principal.
    fn leaves(&self) -> bool {
        self.update.before.principal.is_some() && self.passes_on()
    }

    /// The row if it is saved.
    async fn save(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
        now: Timestamp,
    ) -> sqlx::Result<Option<SqliteRow>> {
        if !self.passes_on()
            && let Some(row) = self.attempt(connection, &texts.update, now).await?
        {
            return Ok(Some(row));
        }
        self.attempt(connection, &texts.update_with_indexes, now).await
    }

    async fn attempt(
        &self,
        connection: &mut SqliteConnection,
        sql: &SqlStr,
        now: Timestamp,
    ) -> sqlx::Result<Option<SqliteRow>> {
        let update = &self.update;
        let ends = |span: Option<Duration>| span.map(|span| now.plus(span).micros());
        let query = sqlx::query(sql.clone())
            .bind(update.handle.as_bytes().to_vec())
            // A revision past the column's range is one that no record is at.
            .bind(i64::try_from(update.revision).unwrap_or(i64::MAX))
            .bind(update.digest.as_bytes().to_vec())
            .bind(update.principal.clone())
            .bind(update.fields.clone())
            .bind(update.persistent)
            .bind(now.micros())
            .bind(ends(update.idle))
            .bind(ends(update.authenticated));
        Ok(only(query.fetch_all(connection).await?))
    }
}
