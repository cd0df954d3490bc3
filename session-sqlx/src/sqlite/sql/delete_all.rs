//! Delete all: deletes the records of a principal, and revokes the log-ins that began before.

use session_core::store::Ended;
use session_core::{Handle, Now};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::row::handle;
use super::statement::Statement;
use super::texts::Texts;
use super::with_ended::WithEnded;

pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE principal = ?1 AND handle IS NOT ?3 RETURNING handle, expires > ?2"#;

pub(super) const REVOKE: &str = r#"
INSERT INTO :"revocations" (principal, revoked, spared) VALUES (?1, ?2, ?3)
ON CONFLICT (principal) DO UPDATE SET revoked = excluded.revoked, spared = excluded.spared"#;

pub(crate) struct DeleteAll {
    pub(crate) principal: String,
    pub(crate) except: Option<Handle>,
    pub(crate) now: Now,
}

impl Statement for DeleteAll {
    type Answer = WithEnded<Ended>;

    fn ended<'a>(&'a self, answer: &'a WithEnded<Ended>) -> &'a [Handle] {
        &answer.ended
    }

    fn needs_savepoint(&self) -> bool {
        true
    }

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let except = self.except.map(|handle| handle.as_bytes().to_vec());
        let revoke = sqlx::query(texts.revoke.clone())
            .bind(self.principal.clone())
            .bind(now.micros())
            .bind(except.clone());
        revoke.execute(&mut *connection).await?;
        let query = sqlx::query(texts.delete_all.clone())
            .bind(self.principal.clone())
            .bind(now.micros())
            .bind(except);
        let mut ended = Vec::new();
        for row in query.fetch_all(connection).await? {
            if row.try_get(1)? {
                ended.push(handle(&row)?);
            }
        }
        let live = u64::try_from(ended.len()).unwrap_or(u64::MAX);
        Ok(WithEnded { answer: Ended::new(live, now), ended })
    }
}
