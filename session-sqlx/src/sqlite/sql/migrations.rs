//! The migrations of the table, in order, and the newest one that was applied to it.

use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use super::table::Table;
use crate::version::{Applied, Migrations};

/// The first one makes version 1.
pub(crate) const MIGRATIONS: Migrations<Migration> = Migrations(&[
    Migration {
        oldest: 1,
        sql: include_str!("../../../migrations/sqlite/0001_sessions.sql"),
        creates: &["", "_by_principal", "_by_sweep_at"],
    },
    Migration {
        oldest: 1,
        sql: include_str!("../../../migrations/sqlite/0002_revocations.sql"),
        creates: &["_revocations", "_revoked_at"],
    },
    Migration {
        oldest: 2,
        sql: include_str!("../../../migrations/sqlite/0003_pages.sql"),
        creates: &[],
    },
]);

/// One migration.
pub(crate) struct Migration {
    /// The oldest version of a program that works with the table after it.
    pub(crate) oldest: i64,
    pub(crate) sql: &'static str,
    /// What follows the table's name in the names of what it creates, and did not replace.
    pub(crate) creates: &'static [&'static str],
}

/// The newest migration that was applied to the table.
pub(crate) async fn applied(
    connection: &mut SqliteConnection,
    table: &Table,
) -> sqlx::Result<Applied> {
    if !exists(connection, &table.versions()).await? {
        return Ok(Applied::NOTHING);
    }
    let newest = if tells_oldest(connection, table).await? {
        r#"SELECT version, oldest FROM :"versions" ORDER BY version DESC LIMIT 1"#
    } else {
        r#"SELECT version, NULL FROM :"versions" ORDER BY version DESC LIMIT 1"#
    };
    let query = sqlx::query_as(AssertSqlSafe(table.render(newest)));
    let found: Option<(i64, Option<i64>)> = query.fetch_optional(connection).await?;
    Ok(found.map_or(Applied::NOTHING, |(version, oldest)| Applied { version, oldest }))
}

/// Whether the table of versions tells of the oldest program, as those of the first releases did
/// not.
pub(crate) async fn tells_oldest(
    connection: &mut SqliteConnection,
    table: &Table,
) -> sqlx::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = 'oldest')";
    sqlx::query_scalar(sql).bind(table.versions()).fetch_one(connection).await
}

/// Whether there is a table or an index of this name.
pub(crate) async fn exists(connection: &mut SqliteConnection, name: &str) -> sqlx::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE)";
    let query = sqlx::query_scalar(sql).bind(name.to_owned());
    query.fetch_one(connection).await
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
