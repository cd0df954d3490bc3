//! The migrations of the table, in order.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::table::Table;
use crate::version::{Applied, Migrations};

/// The first one makes version 1.
pub(crate) const MIGRATIONS: Migrations<Migration> = Migrations(&[
    Migration { oldest: 1, sql: include_str!("../../../migrations/postgres/0001_sessions.sql") },
    Migration { oldest: 1, sql: include_str!("../../../migrations/postgres/0002_log_ins.sql") },
    Migration {
        oldest: 2,
        sql: include_str!("../../../migrations/postgres/0003_faster_log_ins.sql"),
    },
    Migration { oldest: 3, sql: include_str!("../../../migrations/postgres/0004_pages.sql") },
    Migration { oldest: 4, sql: include_str!("../../../migrations/postgres/0005_endings.sql") },
    Migration {
        oldest: 4,
        sql: include_str!("../../../migrations/postgres/0006_lean_log_ins.sql"),
    },
]);

/// One migration.
pub(crate) struct Migration {
    /// The oldest version of a program that works with the table after it.
    pub(crate) oldest: i32,
    pub(crate) sql: &'static str,
}

/// The newest migration that was applied to the table. Whether it tells of the oldest program shows
/// only where the row is looked at as a whole: a table of versions from before has no such column.
pub(crate) async fn applied(connection: &mut PgConnection, table: &Table) -> sqlx::Result<Applied> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(table.render(r#":"versions""#))
        .persistent(false)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(Applied::NOTHING);
    }
    let sql = table.render(
        r#"SELECT version::bigint, (to_jsonb(v) ->> 'oldest')::bigint FROM :"versions" AS v
        ORDER BY version DESC LIMIT 1"#,
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).persistent(false);
    let found: Option<(i64, Option<i64>)> = query.fetch_optional(connection).await?;
    Ok(found.map_or(Applied::NOTHING, |(version, oldest)| Applied { version, oldest }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_migration_lets_in_what_one_before_it_shut_out() {
        assert!(MIGRATIONS.0.is_sorted_by_key(|migration| migration.oldest));
        for (version, migration) in (1..).zip(MIGRATIONS.0) {
            assert!((1..=version).contains(&migration.oldest), "{version}");
        }
    }
}
