//! Log-in: what an insert and an update do beside when a principal logs in by them.

use session_core::store::{self, Insert, Update};
use session_core::{Handle, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::row::{handle, only};
use super::texts::Texts;

pub(super) const IS_REVOKED: &str = r#"
SELECT 1 FROM :"revocations"
WHERE principal = ?1 AND (?2 IS NULL OR revoked > ?2) AND spared IS NOT ?3"#;

/// Of the principal's other records, all but the first so many.
pub(super) const MAKE_ROOM: &str = r#"
DELETE FROM :"table" WHERE rowid IN (
    SELECT rowid FROM :"table" WHERE principal = ?1 AND expires > ?2 AND handle <> ?3
    ORDER BY authenticated DESC, handle DESC LIMIT -1 OFFSET ?4
) RETURNING handle"#;

pub(super) struct LogIn<'a> {
    principal: &'a str,
    handle: Handle,
    terms: store::LogIn,
}

impl<'a> LogIn<'a> {
    pub(super) fn by_insert(insert: &'a Insert) -> Option<Self> {
        let principal = insert.principal.as_deref()?;
        Some(Self { principal, handle: insert.handle, terms: insert.log_in })
    }

    pub(super) fn by_update(update: &'a Update) -> Option<Self> {
        update.authenticated?;
        let principal = update.principal.as_deref()?;
        Some(Self { principal, handle: update.handle, terms: update.log_in })
    }

    /// Whether others may have to go for it.
    pub(super) fn is_limited(&self) -> bool {
        self.terms.limit.is_some()
    }

    /// Whether the principal's sessions were ended after it began.
    pub(super) async fn is_revoked(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<bool> {
        let query = sqlx::query(texts.is_revoked.clone())
            .bind(self.principal.to_owned())
            .bind(self.terms.began.map(Timestamp::micros))
            .bind(self.handle.as_bytes().to_vec());
        Ok(only(query.fetch_all(connection).await?).is_some())
    }

    /// Ends the oldest sessions beside the one that it has made, if there are too many, and answers which.
    pub(super) async fn make_room(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
        now: Timestamp,
    ) -> sqlx::Result<Vec<Handle>> {
        let Some(limit) = self.terms.limit else { return Ok(Vec::new()) };
        let query = sqlx::query(texts.make_room.clone())
            .bind(self.principal.to_owned())
            .bind(now.micros())
            .bind(self.handle.as_bytes().to_vec())
            .bind(limit.get() - 1);
        query.fetch_all(connection).await?.iter().map(handle).collect()
    }
}
