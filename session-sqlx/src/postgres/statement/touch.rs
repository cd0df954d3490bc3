//! Touch: the session is in use.

use std::time::Duration;

use session_core::{Handle, Now};
use sqlx::SqlStr;
use sqlx::postgres::PgConnection;

use super::Statement;
use crate::postgres::moment::{named, span};
use crate::postgres::row::uuid;

/// `sweep_at` changes only where the session is to end before it: with one lifetime for all, never.
pub(super) const SQL: &str = r#"
UPDATE :"table" SET
    seen = :now,
    expires = least(:now + $3, absolute),
    sweep_at = least(sweep_at, :now + $3)
WHERE handle = $2 AND expires > :now"#;

pub(in crate::postgres) struct Touch {
    pub(in crate::postgres) handle: Handle,
    pub(in crate::postgres) idle: Duration,
    pub(in crate::postgres) now: Now,
}

impl Statement for Touch {
    type Answer = bool;

    const REPEATABLE: bool = true;

    async fn run(&self, connection: &mut PgConnection, sql: SqlStr) -> sqlx::Result<Self::Answer> {
        let done = sqlx::query(sql)
            .bind(named(self.now))
            .bind(uuid(self.handle))
            .bind(span(self.idle, self.now))
            .execute(connection)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
