//! The migration of the table to the version that this library needs.

use std::time::Duration;

use session_core::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::time::{Instant, sleep};

use super::connection::{File, RETRY_INTERVAL, is_locked};
use super::sql::{MIGRATIONS, Migration, Table, applied, exists, tells_oldest};
use crate::version::NewerVersion;

const VERSIONS: &str = r#"CREATE TABLE IF NOT EXISTS :"versions" (
    version INTEGER NOT NULL PRIMARY KEY,
    applied INTEGER NOT NULL, -- in microseconds since 1970-01-01 UTC
    oldest INTEGER
) STRICT"#;

/// A table of versions from before these told of the oldest program has no such column.
const OLDEST: &str = r#"ALTER TABLE :"versions" ADD COLUMN oldest INTEGER"#;

/// A program that does not get its turn has met one that hangs.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

/// Applies the migrations that are pending, all or none.
pub(super) async fn migrate(file: &File, table: &Table) -> Result<(), MigrateError> {
    let deadline = Instant::now() + LOCK_TIMEOUT;
    loop {
        match attempt(file, table).await {
            Err(MigrateError::Unreachable(error) | MigrateError::Failed(error))
                if is_locked(&error) && Instant::now() < deadline =>
            {
                sleep(RETRY_INTERVAL).await;
            }
            done => return done,
        }
    }
}

async fn attempt(file: &File, table: &Table) -> Result<(), MigrateError> {
    let mut connection = file.open_to_write().await.map_err(MigrateError::Unreachable)?;
    // Where there is nothing to do, nobody's write is waited for.
    let found = applied(&mut connection, table).await?;
    if MIGRATIONS.pending(found, table, file.told())?.next().is_some() {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        apply(&mut transaction, file, table).await?;
        transaction.commit().await?;
    }
    connection.close().await.ok();
    Ok(())
}

async fn apply(
    connection: &mut SqliteConnection,
    file: &File,
    table: &Table,
) -> Result<(), MigrateError> {
    let found = applied(connection, table).await?;
    let pending = MIGRATIONS.pending(found, table, file.told())?;
    if found.version == 0 {
        execute(connection, table, VERSIONS).await?;
    } else if !tells_oldest(connection, table).await? {
        execute(connection, table, OLDEST).await?;
    }
    for (version, migration) in pending {
        check_names(migration, connection, table).await?;
        execute(connection, table, migration.sql).await?;
        let sql = table
            .render(r#"INSERT INTO :"versions" (version, applied, oldest) VALUES (?1, ?2, ?3)"#);
        sqlx::query(AssertSqlSafe(sql))
            .bind::<i64>(version)
            .bind(Timestamp::now().micros())
            .bind(migration.oldest)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
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

async fn execute(connection: &mut SqliteConnection, table: &Table, sql: &str) -> sqlx::Result<()> {
    let script = sqlx::raw_sql(AssertSqlSafe(table.render(sql)));
    script.execute(connection).await.map(drop)
}

/// The table could not be brought up to date. Nothing was changed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The file could not be opened.
    #[error("could not open the SQLite database")]
    Unreachable(#[source] sqlx::Error),
    /// A newer release migrated the table, and this one does not work with it any more.
    #[error(transparent)]
    NewerVersion(#[from] NewerVersion),
    /// There is such a table or index, and this library did not make it.
    #[error("something else is called {name} already: name another table with `table(…)`")]
    Occupied {
        /// The name that is taken.
        name: String,
    },
    /// SQLite refused a migration.
    #[error("a migration of the session table failed")]
    Failed(#[from] sqlx::Error),
}

session_core::debug_in_words!(MigrateError);
