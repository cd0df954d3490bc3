//! Delete all: deletes the records of a principal, and revokes the log-ins that began before.

use session_core::store::Ended;
use session_core::{Handle, Now};
use sqlx::sqlite::SqliteConnection;

use super::statement::Statement;
use super::texts::Texts;

pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE principal = ?1 AND handle IS NOT ?3 RETURNING expires > ?2"#;

pub(super) const REVOKE: &str = r#"
INSERT INTO :"revocations" (principal, revoked, spared) VALUES (?1, ?2, ?3)
ON CONFLICT (principal) DO UPDATE SET revoked = excluded.revoked, spared = excluded.spared"#;

pub(crate) struct DeleteAll {
    pub(crate) principal: String,
    pub(crate) except: Option<Handle>,
    pub(crate) now: Now,
}

impl Statement for DeleteAll {
    type Answer = Ended;

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
        let query = sqlx::query_scalar(texts.delete_all.clone())
            .bind(self.principal.clone())
            .bind(now.micros())
            .bind(except);
        let removed: Vec<bool> = query.fetch_all(connection).await?;
        let live = removed.into_iter().filter(|live| *live).count();
        Ok(Ended::new(u64::try_from(live).unwrap_or(u64::MAX), now))
    }
}
