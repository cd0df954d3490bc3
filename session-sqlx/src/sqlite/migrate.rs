//! The table, brought up to the version that this library needs.

use std::time::Duration;

use session_core::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::time::{Instant, sleep};

use super::fault::is_locked;
use super::file::{File, PAUSE};
use super::name::Table;
use crate::version::{Migrations, Newer};

/// The steps, in order; the first makes version 1.
pub(super) const STEPS: Migrations<Step> = Migrations(&[
    Step {
        sql: include_str!("../../migrations/sqlite/0001_sessions.sql"),
        makes: &["", "_by_principal", "_by_sweep_at"],
    },
    Step {
        sql: include_str!("../../migrations/sqlite/0002_revocations.sql"),
        makes: &["_revocations", "_revoked_at"],
    },
]);

pub(super) struct Step {
    pub(super) sql: &'static str,
    /// What comes after the table's name in the names that it needs.
    makes: &'static [&'static str],
}

const VERSIONS: &str = r#"CREATE TABLE IF NOT EXISTS :"versions" (
    version INTEGER NOT NULL PRIMARY KEY,
    applied INTEGER NOT NULL -- in microseconds since 1970-01-01 UTC
) STRICT"#;

/// A program that does not get its turn has met one that hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Applies the steps that are missing, all or none.
pub(super) async fn migrate(file: &File, table: &Table) -> Result<(), MigrateError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt(file, table).await {
            Err(MigrateError::Unreachable(error) | MigrateError::Failed(error))
                if is_locked(&error) && Instant::now() < deadline =>
            {
                sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

async fn attempt(file: &File, table: &Table) -> Result<(), MigrateError> {
    let mut connection = file.open_to_write().await.map_err(MigrateError::Unreachable)?;
    // Where there is nothing to do, nobody's write is waited for.
    if version(&mut connection, table).await? != STEPS.latest() {
        let mut step = connection.begin_with("BEGIN IMMEDIATE").await?;
        advance(&mut step, table).await?;
        step.commit().await?;
    }
    connection.close().await.ok();
    Ok(())
}

async fn advance(connection: &mut SqliteConnection, table: &Table) -> Result<(), MigrateError> {
    let found = version(connection, table).await?;
    let missing = STEPS.pending(found, table)?;
    if found == 0 {
        execute(connection, table, VERSIONS).await?;
    }
    for (version, step) in missing {
        step.finds_room(connection, table).await?;
        execute(connection, table, step.sql).await?;
        let sql = table.put_into(r#"INSERT INTO :"versions" (version, applied) VALUES (?1, ?2)"#);
        sqlx::query(AssertSqlSafe(sql))
            .bind::<i64>(version)
            .bind(Timestamp::now().micros())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The version of the table that is there; 0 if there is none.
pub(super) async fn version(connection: &mut SqliteConnection, table: &Table) -> sqlx::Result<i64> {
    if !exists(connection, &table.versions()).await? {
        return Ok(0);
    }
    let sql = table.put_into(r#"SELECT coalesce(max(version), 0) FROM :"versions""#);
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await
}

impl Step {
    /// Sees to it that nothing else has the names that are needed.
    async fn finds_room(
        &self,
        connection: &mut SqliteConnection,
        table: &Table,
    ) -> Result<(), MigrateError> {
        for suffix in self.makes {
            let name = format!("{table}{suffix}");
            if exists(connection, &name).await? {
                return Err(MigrateError::Occupied { name });
            }
        }
        Ok(())
    }
}

async fn exists(connection: &mut SqliteConnection, name: &str) -> sqlx::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE)";
    let query = sqlx::query_scalar(sql).bind(name.to_owned());
    query.fetch_one(connection).await
}

async fn execute(connection: &mut SqliteConnection, table: &Table, sql: &str) -> sqlx::Result<()> {
    let script = sqlx::raw_sql(AssertSqlSafe(table.put_into(sql)));
    script.execute(connection).await.map(drop)
}

/// The table could not be brought up to date. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The file could not be opened.
    #[error("could not open the SQLite database")]
    Unreachable(#[source] sqlx::Error),
    /// A newer version of this library made the table.
    #[error(transparent)]
    Newer(#[from] Newer),
    /// There is such a table or index, and this library did not make it.
    #[error("something else is called {name} already: name another table with `table(…)`")]
    Occupied {
        /// The name that is taken.
        name: String,
    },
    /// SQLite refused a step.
    #[error("a migration of the session table failed")]
    Failed(#[from] sqlx::Error),
}
