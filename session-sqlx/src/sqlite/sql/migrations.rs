//! The migrations of the table, in order, and the version that a table has by them.

use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use super::table::Table;
use crate::version::Migrations;

/// The first one makes version 1.
pub(crate) const MIGRATIONS: Migrations<Migration> = Migrations(&[
    Migration {
        sql: include_str!("../../../migrations/sqlite/0001_sessions.sql"),
        creates: &["", "_by_principal", "_by_sweep_at"],
    },
    Migration {
        sql: include_str!("../../../migrations/sqlite/0002_revocations.sql"),
        creates: &["_revocations", "_revoked_at"],
    },
]);

/// One migration.
pub(crate) struct Migration {
    pub(crate) sql: &'static str,
    /// What follows the table's name in the names of what it creates.
    pub(crate) creates: &'static [&'static str],
}

/// The version of the table that is there; 0 if there is none.
pub(crate) async fn version(connection: &mut SqliteConnection, table: &Table) -> sqlx::Result<i64> {
    if !exists(connection, &table.versions()).await? {
        return Ok(0);
    }
    let sql = table.render(r#"SELECT coalesce(max(version), 0) FROM :"versions""#);
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await
}

/// Whether there is a table or an index of this name.
pub(crate) async fn exists(connection: &mut SqliteConnection, name: &str) -> sqlx::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE)";
    let query = sqlx::query_scalar(sql).bind(name.to_owned());
    query.fetch_one(connection).await
}
