//! A text that the server prepares before it runs it.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Either, Encode, Executor as _, Postgres, SqlSafeStr as _, SqlStr, Type};

use super::row;
use super::table::Table;

/// The condition of a statement that only reads: that the server would write as well, as one does not
/// that follows another, or that another was to take over from. It fails otherwise, and with no row
/// to find too: the planner asks it once, before it looks for any. There is no such setting.
const WRITABLE: &str = "CASE WHEN current_setting('transaction_read_only') = 'on' \
    THEN current_setting('session.needs_a_server_that_writes') END IS NULL";

/// The place of a row's values in the arrays of a batch, which are in the order of the handles.
const ITEM: &str = "[width_bucket(handle, $2)]";

/// The code of the error with which [`WRITABLE`] fails: undefined object.
pub(crate) const READ_ONLY: &str = "42704";

/// When the server prepares a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preparation {
    /// Once for each connection, which keeps it.
    PerConnection,
    /// Anew for each run: a pooler may have another connection run it the next time.
    PerRun,
}

/// A statement's text, to be prepared.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(super) text: SqlStr,
    preparation: Preparation,
}

impl Prepared {
    /// This literal with the names of the table, and the columns of a row, put in.
    pub(super) fn new(table: &Table, preparation: Preparation, literal: &str) -> Self {
        let sql = literal.replace(":when", row::WHEN).replace(":record", row::RECORD);
        let sql = sql.replace(":writable", WRITABLE).replace(":item", ITEM);
        // Safe: the texts are literals, and the names of a table are quoted.
        let text = AssertSqlSafe(Arc::<str>::from(table.render(&sql))).into_sql_str();
        Self { text, preparation }
    }

    /// This text, which ends with a condition, and one condition more: that the server would write.
    pub(super) fn and_writable(&self) -> Self {
        let text = format!("{} AND {WRITABLE}", self.text.as_str());
        // Safe: as before, and a literal.
        let text = AssertSqlSafe(Arc::<str>::from(text)).into_sql_str();
        Self { text, preparation: self.preparation }
    }

    pub(super) fn query(self) -> PreparedQuery {
        let is_persistent = self.preparation == Preparation::PerConnection;
        PreparedQuery(sqlx::query(self.text).persistent(is_persistent))
    }
}

/// A prepared text with its arguments.
pub(super) struct PreparedQuery(Query<'static, Postgres, PgArguments>);

impl PreparedQuery {
    pub(super) fn bind<'t, T: Encode<'t, Postgres> + Type<Postgres>>(self, value: T) -> Self {
        Self(self.0.bind(value))
    }

    /// Its rows.
    pub(super) async fn fetch_all(self, connection: &mut PgConnection) -> sqlx::Result<Vec<PgRow>> {
        self.run(connection).await.map(|answer| answer.rows)
    }

    /// Its first row, if there is one.
    pub(super) async fn fetch_optional(
        self,
        connection: &mut PgConnection,
    ) -> sqlx::Result<Option<PgRow>> {
        self.run(connection).await.map(|answer| answer.rows.into_iter().next())
    }

    /// Its one row.
    pub(super) async fn fetch_one(self, connection: &mut PgConnection) -> sqlx::Result<PgRow> {
        self.fetch_optional(connection).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// How many rows it changed.
    pub(super) async fn execute(self, connection: &mut PgConnection) -> sqlx::Result<u64> {
        self.run(connection).await.map(|answer| answer.changed)
    }

    /// Runs it to its end. What goes wrong when the server has said that it is done is no error of
    /// the server any more: it may have been committed.
    async fn run(self, connection: &mut PgConnection) -> sqlx::Result<Answer> {
        let mut answer = Answer { rows: Vec::new(), changed: 0 };
        let mut is_done = false;
        let mut stream = connection.fetch_many(self.0);
        while let Some(part) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
            match part {
                Ok(Either::Left(done)) => {
                    answer.changed += done.rows_affected();
                    is_done = true;
                }
                Ok(Either::Right(row)) => answer.rows.push(row),
                Err(error) if is_done => return Err(io::Error::other(error).into()),
                Err(error) => return Err(error),
            }
        }
        Ok(answer)
    }
}

struct Answer {
    rows: Vec<PgRow>,
    changed: u64,
}
