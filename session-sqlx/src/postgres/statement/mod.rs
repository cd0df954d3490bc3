//! The statements, one for each operation of the store.

mod delete;
mod delete_all;
mod insert;
mod list;
mod load;
#[cfg(test)]
mod plans;
mod sweep;
mod touch;
mod update;

use std::future::Future;
use std::sync::Arc;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};

use super::name::Table;
use super::row;

pub(super) use delete::Delete;
pub(super) use delete_all::DeleteAll;
pub(super) use insert::Insert;
pub(super) use list::List;
pub(super) use load::Load;
pub(super) use sweep::Sweep;
pub(super) use touch::Touch;
pub(super) use update::Update;

/// One operation with its arguments, run as one statement.
pub(super) trait Statement: Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Whether a second run gives the same answer and leaves the same state, so that it may be
    /// tried again when nobody knows whether the first one happened.
    const REPEATABLE: bool;

    /// Runs it, once.
    fn run(
        &self,
        connection: &mut PgConnection,
        sql: SqlStr,
    ) -> impl Future<Output = sqlx::Result<Self::Answer>> + Send;
}

/// The texts of the statements for one table.
pub(super) struct Sql {
    pub(super) load: SqlStr,
    pub(super) insert: SqlStr,
    pub(super) update: SqlStr,
    pub(super) touch: SqlStr,
    pub(super) delete: SqlStr,
    pub(super) list: SqlStr,
    pub(super) delete_all: SqlStr,
    pub(super) sweep: SqlStr,
}

impl Sql {
    pub(super) fn new(table: &Table) -> Self {
        // Safe: the texts are literals, and a table's name holds no character to escape.
        let text = |sql: &str| {
            let sql = sql.replace(":times", row::TIMES).replace(":record", row::RECORD);
            AssertSqlSafe(Arc::<str>::from(table.put_into(&sql))).into_sql_str()
        };
        Self {
            load: text(load::SQL),
            insert: text(insert::SQL),
            update: text(update::SQL),
            touch: text(touch::SQL),
            delete: text(delete::SQL),
            list: text(list::SQL),
            delete_all: text(delete_all::SQL),
            sweep: text(sweep::SQL),
        }
    }
}
