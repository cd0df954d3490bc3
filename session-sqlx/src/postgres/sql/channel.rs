//! The channel of endings: what it is called, who is asked for it, and a message sent over it.

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::prepared::Prepared;
use super::statement::Statement;

/// There is none where a trigger is missing or disabled: not every ending would be told.
pub(super) const SQL: &str = r"
SELECT channel, pg_backend_pid(), CASE WHEN $1::text IS NOT NULL THEN pg_notify(channel, $1) END
FROM (
    SELECT 'session_endings_' || tgrelid AS channel FROM pg_trigger
    WHERE tgrelid = to_regclass(:'table')
        AND tgname LIKE 'session\_ending\_%' AND tgenabled IN ('O', 'A')
    GROUP BY tgrelid HAVING count(*) >= 4
) AS found WHERE :writable";

#[derive(Default)]
pub(crate) struct Channel {
    /// What is sent over it, if anything.
    pub(crate) message: Option<String>,
}

/// The channel as a connection sees it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ChannelSeen {
    pub(crate) name: String,
    /// The process of the server that serves the connection.
    pub(crate) process: i32,
}

impl Statement for Channel {
    /// None if not every ending of this table is told.
    type Answer = Option<ChannelSeen>;

    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = true;

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let row = sql.query().bind(&self.message).fetch_optional(connection).await?;
        row.map(|row| Ok(ChannelSeen { name: row.try_get(0)?, process: row.try_get(1)? }))
            .transpose()
    }
}
