//! Insert: a new record, only if its handle is free.

use session_core::store::{self, Inserted};
use session_core::{Handle, Now, Timestamp};
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::log_in::LogIn;
use super::row::{only, times};
use super::statement::Statement;
use super::texts::Texts;
use super::with_ended::WithEnded;

pub(super) const SQL: &str = r#"
INSERT INTO :"table" (
    handle, digest, revision, principal, fields, persistent, label,
    created, authenticated, seen, expires, absolute, sweep_at
) VALUES (
    ?1, ?2, 1, ?3, ?4, ?5, ?6,
    ?7, CASE WHEN ?3 IS NOT NULL THEN ?7 END, ?7, min(?8, ?9), ?9, min(?8, ?9)
) ON CONFLICT (handle) DO NOTHING RETURNING :times"#;

pub(crate) struct Insert {
    pub(crate) insert: store::Insert,
    pub(crate) now: Now,
}

impl Statement for Insert {
    type Answer = WithEnded<Inserted>;

    fn ended<'a>(&'a self, answer: &'a WithEnded<Inserted>) -> &'a [Handle] {
        &answer.ended
    }

    fn needs_savepoint(&self) -> bool {
        LogIn::by_insert(&self.insert).is_some_and(|log_in| log_in.is_limited())
    }

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let log_in = LogIn::by_insert(&self.insert);
        if let Some(log_in) = &log_in
            && log_in.is_revoked(connection, texts).await?
        {
            return Ok(WithEnded::nothing(Inserted::Revoked(now)));
        }
        let Some(row) = self.save(connection, texts, now).await? else {
            return Ok(WithEnded::nothing(Inserted::Occupied));
        };
        let ended = match &log_in {
            Some(log_in) => log_in.make_room(connection, texts, now).await?,
            None => Vec::new(),
        };
        Ok(WithEnded { answer: Inserted::Saved(times(&row, now)?), ended })
    }
}

impl Insert {
    async fn save(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
        now: Timestamp,
    ) -> sqlx::Result<Option<SqliteRow>> {
        let insert = &self.insert;
        let query = sqlx::query(texts.insert.clone())
            .bind(insert.handle.as_bytes().to_vec())
            .bind(insert.digest.as_bytes().to_vec())
            .bind(insert.principal.clone())
            .bind(insert.fields.clone())
            .bind(insert.persistent)
            .bind(insert.label.clone())
            .bind(now.micros())
            .bind(now.plus(insert.idle).micros())
            .bind(now.plus(insert.absolute).micros());
        Ok(only(query.fetch_all(connection).await?))
    }
}
