//! The statements, one for each operation of the store, and one for many of a kind at once.

mod delete;
mod delete_all;
mod insert;
mod list;
mod load;
mod log_in;
mod log_in_fresh;
#[cfg(test)]
mod plans;
mod sweep;
mod touch;
mod update;

use std::future::Future;
use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::query::{Query, QueryScalar};
use sqlx::{AssertSqlSafe, FromRow, Postgres, SqlSafeStr as _, SqlStr};

use super::lane::Claims;
use super::name::Table;
use super::row;

pub(super) use delete::Delete;
pub(super) use delete_all::DeleteAll;
pub(super) use insert::Insert;
pub(super) use list::List;
pub(super) use load::Load;
pub(super) use log_in::LogIn;
pub(super) use log_in_fresh::LogInFresh;
pub(super) use sweep::Sweep;
pub(super) use touch::Touch;
pub(super) use update::Update;

/// How many operations travel together at most, since what comes behind a batch waits for all of it.
const MANY: usize = 128;

/// One operation with its arguments.
pub(super) trait Statement: Send + Sync + Sized + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Whether a second run gives the same answer and leaves the same state, so that it may be
    /// tried again when nobody knows whether the first one happened.
    const REPEATABLE: bool;

    /// Whether it waits for no row that somebody has locked.
    const READS: bool = false;

    /// How many of them may travel together.
    const MOST: usize = 1;

    /// Whether it can travel with those that have made these claims, and if so, its own.
    fn joins(&self, _claims: &mut Claims) -> bool {
        true
    }

    /// Runs it, once.
    fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> impl Future<Output = sqlx::Result<Self::Answer>> + Send;

    /// Runs more than one at once, all or none of them, and answers in their order.
    fn run_all(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> impl Future<Output = sqlx::Result<Vec<Self::Answer>>> + Send {
        _ = (batch, connection, sql);
        async { unreachable!("there is no batch of what does not travel together") }
    }
}

/// One value of each statement, for an array.
fn column<'a, S, T>(batch: &[&'a S], value: impl FnMut(&'a S) -> T) -> Vec<T> {
    batch.iter().copied().map(value).collect()
}

/// A text that the server prepares: once for each connection, or each time anew.
#[derive(Clone)]
pub(super) struct Prepared {
    text: SqlStr,
    kept: bool,
}

impl Prepared {
    fn query(self) -> Query<'static, Postgres, PgArguments> {
        sqlx::query(self.text).persistent(self.kept)
    }

    fn query_scalar<T>(self) -> QueryScalar<'static, Postgres, T, PgArguments>
    where
        (T,): for<'row> FromRow<'row, PgRow>,
    {
        sqlx::query_scalar(self.text).persistent(self.kept)
    }
}

/// A statement's text, for one and for many. A lone one takes the plainer.
pub(super) struct Text {
    one: Prepared,
    many: Prepared,
}

impl Text {
    fn new(table: &Table, kept: bool, one: &str, many: &str) -> Self {
        // Safe: the texts are literals, and a table's name holds no character to escape.
        let prepared = |sql: &str| {
            let sql = sql.replace(":when", row::WHEN).replace(":record", row::RECORD);
            let text = AssertSqlSafe(Arc::<str>::from(table.put_into(&sql))).into_sql_str();
            Prepared { text, kept }
        };
        // In a batch each item has a moment of its own.
        let many = many.replace(":when", &row::WHEN.replace(":now", "item.now"));
        Self { one: prepared(one), many: prepared(&many) }
    }

    /// Runs the statements, and answers in their order.
    pub(super) async fn run<S: Statement>(
        &self,
        batch: &[&S],
        connection: &mut PgConnection,
    ) -> sqlx::Result<Vec<S::Answer>> {
        match batch {
            [] => Ok(Vec::new()),
            [statement] => Ok(vec![statement.run(connection, self.one.clone()).await?]),
            _ => S::run_all(batch, connection, self.many.clone()).await,
        }
    }
}

/// The texts of the statements for one table.
pub(super) struct Sql {
    pub(super) load: Text,
    pub(super) insert: Text,
    pub(super) update: Text,
    pub(super) touch: Text,
    pub(super) delete: Text,
    pub(super) log_in: Text,
    pub(super) log_in_fresh: Text,
    pub(super) list: Text,
    pub(super) delete_all: Text,
    pub(super) sweep: Text,
}

impl Sql {
    /// The texts, whose prepared statements are kept or not.
    pub(super) fn new(table: &Table, kept: bool) -> Self {
        let text = |one, many| Text::new(table, kept, one, many);
        Self {
            load: text(load::ONE, load::MANY),
            insert: text(insert::ONE, insert::MANY),
            update: text(update::ONE, update::MANY),
            touch: text(touch::ONE, touch::MANY),
            delete: text(delete::ONE, delete::MANY),
            log_in: text(log_in::SQL, log_in::SQL),
            log_in_fresh: text(log_in_fresh::SQL, log_in_fresh::SQL),
            list: text(list::SQL, list::SQL),
            delete_all: text(delete_all::SQL, delete_all::SQL),
            sweep: text(sweep::SQL, sweep::SQL),
        }
    }
}
