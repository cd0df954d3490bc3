//! The steps of a migration: what the table lacks, as SQL.

use sqlx::postgres::PgConnection;

use super::error::MigrateError;
use crate::pending::PendingMigration;
use crate::postgres::connection::Server;
use crate::postgres::sql::{MIGRATIONS, Table, applied, renaming};

const SCHEMA: &str = "CREATE SCHEMA IF NOT EXISTS :\"schema\";\n\n";

const VERSIONS: &str = r#"CREATE TABLE IF NOT EXISTS :"versions" (
    version integer PRIMARY KEY,
    applied timestamptz NOT NULL DEFAULT now(),
    oldest integer
);"#;

/// A table of versions from before these told of the oldest program has no such column.
const OLDEST: &str = r#"ALTER TABLE :"versions" ADD COLUMN IF NOT EXISTS oldest integer;"#;

const RENAMED: &str = "-- The schema was renamed: the functions name the one that they are in.";

/// What the table lacks, by one look at it.
pub(super) async fn steps(
    connection: &mut PgConnection,
    server: &Server,
    table: &Table,
) -> Result<Vec<PendingMigration>, MigrateError> {
    let found = applied(connection, table).await?;
    let pending = MIGRATIONS.pending(found, table, server.told())?;
    let mut steps = Vec::new();
    let renaming = renaming(connection, table).await?;
    if !renaming.is_empty() {
        steps.push(PendingMigration::new(found.version, format!("{RENAMED}\n\n{renaming}")));
    }
    // The first step makes room for the record of itself.
    let mut before = match found.version {
        0 => schema(connection, table).await? + VERSIONS,
        _ => OLDEST.to_owned(),
    };
    for (version, migration) in pending {
        let record = format!(
            "INSERT INTO :\"versions\" (version, oldest) VALUES ({version}, {});",
            migration.oldest
        );
        let sql =
            format!("{}\n\n{}\n\n{record}", std::mem::take(&mut before), migration.sql.trim());
        steps.push(PendingMigration::new(version, table.render(sql.trim())));
    }
    Ok(steps)
}

/// What creates the schema. `IF NOT EXISTS` alone asks for the right to create one even where it is
/// there.
async fn schema(connection: &mut PgConnection, table: &Table) -> Result<String, MigrateError> {
    let Some(schema) = table.schema() else { return Ok(String::new()) };
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)")
            .bind(schema)
            .persistent(false)
            .fetch_one(connection)
            .await?;
    Ok(if exists { String::new() } else { SCHEMA.to_owned() })
}
