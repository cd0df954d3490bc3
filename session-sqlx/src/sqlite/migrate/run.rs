//! The run of a migration: in one transaction, one program at a time.

use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::time::{Instant, sleep};

use super::error::MigrateError;
use super::steps::steps;
use crate::pending::{Pending, PendingMigration};
use crate::sqlite::connection::{File, RETRY_INTERVAL, is_locked};
use crate::sqlite::sql::Table;

const BEGIN: &str = "BEGIN IMMEDIATE";

/// A program that does not get its turn has met one that hangs.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

/// Applies the migrations that are pending, all or none.
pub(crate) async fn migrate(file: &File, table: &Table) -> Result<(), MigrateError> {
    with_turns(|| attempt_migration(file, table)).await
}

/// The migrations that are pending.
pub(crate) async fn pending(file: &File, table: &Table) -> Result<Pending, MigrateError> {
    with_turns(|| attempt_pending(file, table)).await
}

/// Tries it until nobody has the lock, or for half a minute.
async fn with_turns<T, F>(attempt: impl Fn() -> F) -> Result<T, MigrateError>
where
    F: Future<Output = Result<T, MigrateError>>,
{
    let deadline = Instant::now() + LOCK_TIMEOUT;
    loop {
        match attempt().await {
            Err(MigrateError::Unreachable(error) | MigrateError::Failed(error))
                if is_locked(&error) && Instant::now() < deadline =>
            {
                sleep(RETRY_INTERVAL).await;
            }
            done => return done,
        }
    }
}

async fn attempt_migration(file: &File, table: &Table) -> Result<(), MigrateError> {
    let mut connection = file.open_to_write().await.map_err(MigrateError::Unreachable)?;
    // Where there is nothing to do, nobody's write is waited for.
    if !look(&mut connection, file, table).await?.is_empty() {
        let mut transaction = connection.begin_with(BEGIN).await?;
        for step in steps(&mut transaction, file, table).await? {
            sqlx::raw_sql(AssertSqlSafe(step.sql())).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    }
    connection.close().await.ok();
    Ok(())
}

async fn attempt_pending(file: &File, table: &Table) -> Result<Pending, MigrateError> {
    let mut connection = file.open_to_read().await.map_err(MigrateError::Unreachable)?;
    let steps = look(&mut connection, file, table).await?;
    connection.close().await.ok();
    Ok(Pending::new(table.to_string(), format!("{BEGIN};"), steps))
}

/// What the table lacks at one moment, though another program may migrate it.
async fn look(
    connection: &mut SqliteConnection,
    file: &File,
    table: &Table,
) -> Result<Vec<PendingMigration>, MigrateError> {
    let mut transaction = connection.begin().await?;
    let steps = steps(&mut transaction, file, table).await?;
    transaction.rollback().await?;
    Ok(steps)
}
