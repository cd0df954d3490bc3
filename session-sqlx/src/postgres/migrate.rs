//! The migration of the table to the version that this library needs.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::connection::Server;
use super::sql::{MIGRATIONS, Table};
use crate::version::{Applied, NewerVersion};

/// Nodes that start together take turns. One lock for all tables: two may share a new schema.
const LOCK: i64 = 0x7365_7373_696f_6e73;

/// A node that does not get its turn has met one that hangs.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '30s'";

/// A table of versions from before these told of the oldest program has no such column.
const OLDEST: &str = r#"ALTER TABLE :"versions" ADD COLUMN IF NOT EXISTS oldest integer"#;

/// Applies the migrations that are pending, all or none. Nothing stays prepared, since a pooler may
/// give the connection to somebody else.
pub(super) async fn migrate(server: &Server, table: &Table) -> Result<(), MigrateError> {
    let mut connection = server.open_for_migration().await.map_err(MigrateError::Unreachable)?;
    // Read committed whatever the database's default is: what is missing must be seen as the
    // node before left it.
    let mut transaction = connection.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    sqlx::raw_sql(LOCK_TIMEOUT).execute(&mut *transaction).await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .persistent(false)
        .execute(&mut *transaction)
        .await?;
    apply(&mut transaction, server, table).await?;
    transaction.commit().await?;
    connection.close().await.ok();
    Ok(())
}

async fn apply(
    connection: &mut PgConnection,
    server: &Server,
    table: &Table,
) -> Result<(), MigrateError> {
    let found = applied(connection, table).await?;
    let mut pending = MIGRATIONS.pending(found, table, server.told())?.peekable();
    if pending.peek().is_some() {
        match found.version {
            0 => create_versions(connection, table).await?,
            _ => execute(connection, table, OLDEST).await?,
        }
    }
    for (version, migration) in pending {
        execute(connection, table, migration.sql).await?;
        let sql = table.render(r#"INSERT INTO :"versions" (version, oldest) VALUES ($1, $2)"#);
        sqlx::query(AssertSqlSafe(sql))
            .bind(version)
            .bind(migration.oldest)
            .persistent(false)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The newest migration that was applied, with or without a column that tells of the oldest program.
async fn applied(connection: &mut PgConnection, table: &Table) -> Result<Applied, MigrateError> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(table.versions())
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

/// Creates the schema and the table of versions.
async fn create_versions(connection: &mut PgConnection, table: &Table) -> Result<(), MigrateError> {
    if let Some(schema) = table.schema() {
        // `IF NOT EXISTS` alone asks for the right to create one even where it is there.
        let exists: bool = sqlx::query_scalar("SELECT to_regnamespace($1) IS NOT NULL")
            .bind(&schema)
            .persistent(false)
            .fetch_one(&mut *connection)
            .await?;
        if !exists {
            execute(connection, table, &format!("CREATE SCHEMA IF NOT EXISTS {schema}")).await?;
        }
    }
    let versions = r#"CREATE TABLE IF NOT EXISTS :"versions" (
        version integer PRIMARY KEY,
        applied timestamptz NOT NULL DEFAULT now(),
        oldest integer
    )"#;
    execute(connection, table, versions).await
}

async fn execute(
    connection: &mut PgConnection,
    table: &Table,
    sql: &str,
) -> Result<(), MigrateError> {
    let done = sqlx::raw_sql(AssertSqlSafe(table.render(sql))).execute(connection).await;
    match done {
        Ok(_) => Ok(()),
        // A duplicate table, a duplicate function.
        Err(sqlx::Error::Database(cause))
            if matches!(cause.code().as_deref(), Some("42P07" | "42723")) =>
        {
            let table = table.to_string();
            Err(MigrateError::Occupied { table, source: sqlx::Error::Database(cause) })
        }
        Err(error) => Err(error.into()),
    }
}

/// The table could not be brought up to date. Nothing was changed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The server could not be reached, or did not let us in.
    #[error("could not connect to PostgreSQL")]
    Unreachable(#[source] sqlx::Error),
    /// A newer release migrated the table, and this one does not work with it any more.
    #[error(transparent)]
    NewerVersion(#[from] NewerVersion),
    /// There is such a table, index or function, and this library did not make it.
    #[error(
        "something else is called {table} already, or what belongs to it is: name another table with `table(…)`"
    )]
    Occupied {
        /// The table, as SQL writes it.
        table: String,
        /// What the server said.
        source: sqlx::Error,
    },
    /// The server rejected a migration.
    #[error("a migration of the session table failed")]
    Failed(#[from] sqlx::Error),
}

session_core::debug_in_words!(MigrateError);
