//! Delete all: the records of a principal, and who logs in too late for that.

use session_core::store::Ended;
use session_core::{Handle, Now};
use sqlx::sqlite::SqliteConnection;

use super::{Sql, Statement};

pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE principal = ?1 AND handle IS NOT ?3 RETURNING expires > ?2"#;

pub(super) const REVOKE: &str = r#"
INSERT INTO :"revocations" (principal, revoked, spared) VALUES (?1, ?2, ?3)
ON CONFLICT (principal) DO UPDATE SET revoked = excluded.revoked, spared = excluded.spared"#;

pub(in crate::sqlite) struct DeleteAll {
    pub(in crate::sqlite) principal: String,
    pub(in crate::sqlite) except: Option<Handle>,
    pub(in crate::sqlite) now: Now,
}

impl Statement for DeleteAll {
    type Answer = Ended;

    fn must_be_whole(&self) -> bool {
        true
    }

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let except = self.except.map(|handle| handle.as_bytes().to_vec());
        let revoke = sqlx::query(sql.revoke.clone())
            .bind(self.principal.clone())
            .bind(now.micros())
            .bind(except.clone());
        revoke.execute(&mut *connection).await?;
        let query = sqlx::query_scalar(sql.delete_all.clone())
            .bind(self.principal.clone())
            .bind(now.micros())
            .bind(except);
        let removed: Vec<bool> = query.fetch_all(connection).await?;
        let live = removed.into_iter().filter(|live| *live).count();
        Ok(Ended { live: u64::try_from(live).unwrap_or(u64::MAX), now })
    }
}
