//! Delete: the record of a handle, or all but an empty one that remembers it.

use std::time::Duration;

use session_core::{Handle, Now, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::statement::Statement;
use super::texts::Texts;

pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE handle = ?1 RETURNING expires > ?2"#;

/// What is returned of an upsert is what it wrote: what was there before is asked for on its own.
pub(super) const IS_LIVE: &str = r#"
SELECT expires > ?2 FROM :"table" WHERE handle = ?1"#;

pub(super) const AND_REMEMBER: &str = r#"
INSERT INTO :"table" (
    handle, digest, revision, principal, fields, persistent, label,
    created, authenticated, seen, expires, absolute, sweep_at
) VALUES (?1, zeroblob(32), 1, NULL, x'', 0, NULL, ?2, NULL, ?2, ?3, ?3, ?3)
ON CONFLICT (handle) DO UPDATE SET
    digest = excluded.digest,
    revision = revision + 1,
    principal = excluded.principal,
    fields = excluded.fields,
    persistent = excluded.persistent,
    label = excluded.label,
    created = excluded.created,
    authenticated = excluded.authenticated,
    seen = excluded.seen,
    expires = excluded.expires,
    absolute = excluded.absolute,
    sweep_at = excluded.sweep_at"#;

pub(crate) struct Delete {
    pub(crate) handle: Handle,
    pub(crate) remember: Option<Duration>,
    pub(crate) now: Now,
}

impl Statement for Delete {
    type Answer = bool;

    fn ended<'a>(&'a self, is_live: &'a bool) -> &'a [Handle] {
        // What is remembered may have been a sealed cookie, of which there was no record.
        let ends = *is_live || self.remember.is_some();
        if ends { std::slice::from_ref(&self.handle) } else { &[] }
    }

    /// Nothing comes between the statements: the transaction that they are in has the only lock.
    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let before = if self.remember.is_some() { &texts.is_live } else { &texts.delete };
        let query = sqlx::query_scalar(before.clone())
            .bind(self.handle.as_bytes().to_vec())
            .bind(now.micros());
        let found: Vec<bool> = query.fetch_all(&mut *connection).await?;
        if let Some(remember) = self.remember {
            self.remember(connection, texts, now, remember).await?;
        }
        Ok(found == [true])
    }
}

impl Delete {
    async fn remember(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
        now: Timestamp,
        remember: Duration,
    ) -> sqlx::Result<()> {
        let query = sqlx::query(texts.delete_and_remember.clone())
            .bind(self.handle.as_bytes().to_vec())
            .bind(now.micros())
            .bind(now.plus(remember).micros());
        query.execute(connection).await.map(drop)
    }
}
