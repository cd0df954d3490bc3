//! The statements, one for each operation of the store.

mod delete;
mod delete_all;
mod insert;
mod list;
mod load;
mod log_in;
#[cfg(test)]
mod plans;
mod sweep;
mod touch;
mod update;

use std::future::Future;
use std::sync::Arc;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
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

/// One operation with its arguments.
///
/// A writing one is run in a transaction and its answer given after the commit. Where it takes
/// more than one statement, all but the last change nothing, or nothing that is wrong alone, or
/// it says that it is only right as a whole.
pub(super) trait Statement: Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Whether a part of it is to be taken back when another fails, which costs two statements.
    fn must_be_whole(&self) -> bool {
        false
    }

    /// Runs it, once.
    fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> impl Future<Output = sqlx::Result<Self::Answer>> + Send;
}

/// The texts of the statements for one table.
pub(super) struct Sql {
    load: SqlStr,
    insert: SqlStr,
    update: SqlStr,
    update_with_indexes: SqlStr,
    touch: SqlStr,
    touch_with_index: SqlStr,
    delete: SqlStr,
    list: SqlStr,
    delete_all: SqlStr,
    revoke: SqlStr,
    is_late: SqlStr,
    make_room: SqlStr,
    put_off: SqlStr,
    sweep: SqlStr,
    forget: SqlStr,
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
            update_with_indexes: text(update::WITH_INDEXES),
            touch: text(touch::SQL),
            touch_with_index: text(touch::WITH_INDEX),
            delete: text(delete::SQL),
            list: text(list::SQL),
            delete_all: text(delete_all::SQL),
            revoke: text(delete_all::REVOKE),
            is_late: text(log_in::IS_LATE),
            make_room: text(log_in::MAKE_ROOM),
            put_off: text(sweep::PUT_OFF),
            sweep: text(sweep::SQL),
            forget: text(sweep::FORGET),
        }
    }
}

/// The row of a statement that was run to its end: one that is left before it keeps its lock.
fn only(rows: Vec<SqliteRow>) -> Option<SqliteRow> {
    rows.into_iter().next()
}
