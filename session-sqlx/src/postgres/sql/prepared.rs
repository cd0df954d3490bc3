//! A text that the server prepares before it runs it.

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryScalar};
use sqlx::{AssertSqlSafe, FromRow, Postgres, SqlSafeStr as _, SqlStr};

use super::row;
use super::table::Table;

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
        // Safe: the texts are literals, and a table's name holds no character to escape.
        let text = AssertSqlSafe(Arc::<str>::from(table.render(&sql))).into_sql_str();
        Self { text, preparation }
    }

    pub(super) fn query(self) -> Query<'static, Postgres, PgArguments> {
        let persistent = self.is_persistent();
        sqlx::query(self.text).persistent(persistent)
    }

    pub(super) fn query_scalar<T>(self) -> QueryScalar<'static, Postgres, T, PgArguments>
    where
        (T,): for<'row> FromRow<'row, PgRow>,
    {
        let persistent = self.is_persistent();
        sqlx::query_scalar(self.text).persistent(persistent)
    }

    fn is_persistent(&self) -> bool {
        self.preparation == Preparation::PerConnection
    }
}
