//! The run of a migration: in one transaction, one node at a time.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::error::MigrateError;
use super::steps::steps;
use crate::pending::Pending;
use crate::postgres::connection::Server;
use crate::postgres::sql::Table;

/// Read committed whatever the database's default is: what is missing must be seen as the node
/// before left it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// A migration may take its time, whatever limits the role has; `transaction_timeout` is there since
/// PostgreSQL 17. A node that does not get its turn or a lock has met somebody who hangs.
const LIMITS: &str = "SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '30s';
SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'";

/// Nodes that start together take turns. One lock for all tables: two may share a new schema.
const TAKE_TURN: &str = "SELECT pg_advisory_xact_lock(8315179226536832627)";

/// One view of the table, which is not changed.
const LOOK: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Applies the migrations that are pending, all or none. Nothing stays prepared, since a pooler may
/// give the connection to somebody else.
pub(crate) async fn migrate(server: &Server, table: &Table) -> Result<(), MigrateError> {
    let mut connection = server.open_for_migration().await.map_err(MigrateError::Unreachable)?;
    let mut transaction = connection.begin_with(BEGIN).await?;
    sqlx::raw_sql(LIMITS).execute(&mut *transaction).await?;
    sqlx::raw_sql(TAKE_TURN).execute(&mut *transaction).await?;
    for step in steps(&mut transaction, server, table).await? {
        execute(&mut transaction, table, step.sql()).await?;
    }
    transaction.commit().await?;
    connection.close().await.ok();
    Ok(())
}

/// The migrations that are pending. It waits for nobody.
pub(crate) async fn pending(server: &Server, table: &Table) -> Result<Pending, MigrateError> {
    let mut connection = server.open_for_migration().await.map_err(MigrateError::Unreachable)?;
    let mut transaction = connection.begin_with(LOOK).await?;
    sqlx::raw_sql(LIMITS).execute(&mut *transaction).await?;
    let steps = steps(&mut transaction, server, table).await?;
    transaction.rollback().await?;
    connection.close().await.ok();
    let begin = format!("{BEGIN};\n{LIMITS};\n{TAKE_TURN};");
    Ok(Pending::new(table.to_string(), begin, steps))
}

async fn execute(
    connection: &mut PgConnection,
    table: &Table,
    sql: &str,
) -> Result<(), MigrateError> {
    match sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await {
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
