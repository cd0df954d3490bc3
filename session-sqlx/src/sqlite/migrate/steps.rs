//! The steps of a migration: what the table lacks, as SQL.

use sqlx::sqlite::SqliteConnection;

use super::error::MigrateError;
use crate::pending::PendingMigration;
use crate::sqlite::connection::File;
use crate::sqlite::sql::{MIGRATIONS, Migration, Table, applied, exists, tells_oldest};

const VERSIONS: &str = r#"CREATE TABLE IF NOT EXISTS :"versions" (
    version INTEGER NOT NULL PRIMARY KEY,
    applied INTEGER NOT NULL, -- in microseconds since 1970-01-01 UTC
    oldest INTEGER
) STRICT;"#;

/// A table of versions from before these told of the oldest program has no such column.
const OLDEST: &str = r#"ALTER TABLE :"versions" ADD COLUMN oldest INTEGER;"#;

/// The clock as every SQLite has it, in days; the number is that of 1970-01-01.
const NOW: &str = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)";

/// What the table lacks, by one look at it.
pub(super) async fn steps(
    connection: &mut SqliteConnection,
    file: &File,
    table: &Table,
) -> Result<Vec<PendingMigration>, MigrateError> {
    let found = applied(connection, table).await?;
    // The first step makes room for the record of itself.
    let mut before = if found.version == 0 {
        VERSIONS
    } else if tells_oldest(connection, table).await? {
        ""
    } else {
        OLDEST
    };
    let mut steps = Vec::new();
    for (version, migration) in MIGRATIONS.pending(found, table, file.told())? {
        check_names(migration, connection, table).await?;
        let record = format!(
            "INSERT INTO :\"versions\" (version, applied, oldest) VALUES ({version}, {NOW}, {});",
            migration.oldest
        );
        let sql =
            format!("{}\n\n{}\n\n{record}", std::mem::take(&mut before), migration.sql.trim());
        steps.push(PendingMigration::new(version, table.render(sql.trim())));
    }
    Ok(steps)
}

/// An error if something else has one of the names that the migration needs.
async fn check_names(
    migration: &Migration,
    connection: &mut SqliteConnection,
    table: &Table,
) -> Result<(), MigrateError> {
    for suffix in migration.creates {
        let name = format!("{table}{suffix}");
        if exists(connection, &name).await? {
            return Err(MigrateError::Occupied { name });
        }
    }
    Ok(())
}
