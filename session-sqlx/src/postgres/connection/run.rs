//! The run of statements on a connection, and what an error of it proves.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::error::StatementError;
use super::pooler::Pooler;
use super::server::Server;
use crate::postgres::sql::{PLANNING, Statement, Text};

/// Runs these statements, all or none of them, and answers in their order.
pub(crate) async fn run<S: Statement>(
    server: &Server,
    statements: &[&S],
    text: &Text,
    connection: &mut PgConnection,
) -> Result<Vec<S::Answer>, StatementError> {
    if server.pooler() == Pooler::Transaction {
        return run_in_transaction(server, statements, text, connection).await;
    }
    text.run(statements, connection).await.map_err(|error| {
        let error = StatementError::from(error);
        // A pooler says such things of its own, when the server may still be at work.
        let is_undone = server.pooler() == Pooler::None && error.is_farewell();
        if is_undone { error.undone() } else { error }
    })
}

/// Has the pooler keep to one connection meanwhile. Nothing is kept before it is committed,
/// whatever breaks.
async fn run_in_transaction<S: Statement>(
    server: &Server,
    statements: &[&S],
    text: &Text,
    connection: &mut PgConnection,
) -> Result<Vec<S::Answer>, StatementError> {
    let limit = server.statement_timeout();
    let mut sql =
        format!("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = {limit}");
    for (name, value) in PLANNING {
        sql.extend(["; SET LOCAL ", name, " = ", value]);
    }
    let answers = async {
        // Safe: settings are literals and a number.
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await?;
        text.run(statements, connection).await
    };
    match answers.await {
        Ok(answers) => {
            sqlx::raw_sql("COMMIT").execute(connection).await?;
            Ok(answers)
        }
        Err(error) => {
            let error = StatementError::from(error).undone();
            if error.leaves_connection() {
                let undone = sqlx::raw_sql("ROLLBACK").execute(connection).await;
                undone.map_err(|error| StatementError::from(error).undone())?;
            }
            Err(error)
        }
    }
}
