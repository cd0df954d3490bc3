//! Revoked: whether a log-in is refused, since it began before all sessions of its principal were ended.

use std::sync::Arc;

use session_core::store::LogIn;
use session_core::{Handle, Now, Timestamp};
use sqlx::postgres::PgConnection;

use super::prepared::Prepared;
use super::row::{clock, uuid};
use super::statement::Statement;
use super::timestamp::{Timestamptz, fixed_now};

pub(super) const SQL: &str = r#"
SELECT :now FROM :"revocations" AS r
WHERE :writable AND r.principal = $2 AND (r.spared = $3 OR $4 >= r.revoked) IS NOT TRUE"#;

/// Asked for after a log-in that was answered no row.
pub(crate) struct Revoked {
    pub(crate) principal: Arc<str>,
    pub(crate) handle: Handle,
    pub(crate) log_in: LogIn,
    pub(crate) now: Now,
}

impl Statement for Revoked {
    /// The server's time, if it is refused.
    type Answer = Option<Timestamp>;

    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = true;

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let row = sql
            .query()
            .bind(fixed_now(self.now))
            .bind(&*self.principal)
            .bind(uuid(self.handle))
            .bind(self.log_in.began.map(Timestamptz))
            .fetch_optional(connection)
            .await?;
        row.as_ref().map(clock).transpose()
    }
}
