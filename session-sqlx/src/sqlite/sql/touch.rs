//! Touch: renews the idle limit.

use std::time::Duration;

use session_core::{Handle, Now};
use sqlx::sqlite::SqliteConnection;

use super::statement::Statement;
use super::texts::Texts;

/// The common touch, with one lifetime for all: no indexed column is named, so one page changes.
pub(super) const SQL: &str = r#"
UPDATE :"table" SET seen = ?2, expires = min(?3, absolute)
WHERE handle = ?1 AND expires > ?2 AND sweep_at <= min(?3, absolute)"#;

/// The session is to end before the cleaner would look at it.
pub(super) const WITH_INDEX: &str = r#"
UPDATE :"table" SET seen = ?2, expires = min(?3, absolute), sweep_at = min(?3, absolute)
WHERE handle = ?1 AND expires > ?2"#;

pub(crate) struct Touch {
    pub(crate) handle: Handle,
    pub(crate) idle: Duration,
    pub(crate) now: Now,
}

impl Statement for Touch {
    type Answer = bool;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        for sql in [&texts.touch, &texts.touch_with_index] {
            let query = sqlx::query(sql.clone())
                .bind(self.handle.as_bytes().to_vec())
                .bind(now.micros())
                .bind(now.plus(self.idle).micros());
            if query.execute(&mut *connection).await?.rows_affected() > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
