//! The check of a connection that was opened: what it says of its server, in one round trip.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row as _};

use super::pooler::MARK;

/// Whether a server writes.
pub(super) enum Role {
    Primary,
    ReadOnly,
    Standby,
}

/// What a connection says of its server.
pub(super) struct Check {
    pub(super) role: Role,
    /// Whose process of the server it is; empty if nobody's.
    pub(super) mark: String,
    /// Whether a statement may take for ever.
    pub(super) lacks_timeout: bool,
    /// Whether a transaction does not see what was committed since its start.
    pub(super) is_strict: bool,
}

impl Check {
    /// Asks for it, and changes these settings then, if any.
    pub(super) async fn of(
        connection: &mut PgConnection,
        settings: Option<&[(&str, String)]>,
    ) -> sqlx::Result<Self> {
        let mut sql = format!(
            "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
                coalesce(current_setting('{MARK}', true), ''),
                current_setting('statement_timeout') = '0',
                current_setting('transaction_isolation') <> 'read committed';"
        );
        for (name, value) in settings.unwrap_or_default() {
            sql.extend(["SET ", name, " = '", value, "';"]);
        }
        // Safe: settings are literals and numbers.
        let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(connection).await?;
        Ok(Self {
            role: match (row.try_get(0)?, row.try_get(1)?) {
                (true, _) => Role::Standby,
                (false, true) => Role::ReadOnly,
                (false, false) => Role::Primary,
            },
            mark: row.try_get(2)?,
            lacks_timeout: row.try_get(3)?,
            is_strict: row.try_get(4)?,
        })
    }
}
