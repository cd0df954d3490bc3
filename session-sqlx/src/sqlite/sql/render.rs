//! The rendering of the statements' texts, once for each store.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use super::table::Table;
use super::texts::Texts;
use super::{alive, delete, delete_all, insert, list, load, log_in, row, sweep, touch, update};

/// The texts of the statements, with the names of this table put in.
pub(crate) fn texts_of(table: &Table) -> Texts {
    // Safe: the texts are literals, and the names of a table are quoted.
    let text = |literal: &str| {
        let sql = literal.replace(":times", row::TIMES).replace(":record", row::RECORD);
        AssertSqlSafe(Arc::<str>::from(table.render(&sql))).into_sql_str()
    };
    Texts {
        load: text(load::SQL),
        insert: text(insert::SQL),
        update: text(update::SQL),
        update_with_indexes: text(update::WITH_INDEXES),
        touch: text(touch::SQL),
        touch_with_index: text(touch::WITH_INDEX),
        delete: text(delete::SQL),
        is_live: text(delete::IS_LIVE),
        delete_and_remember: text(delete::AND_REMEMBER),
        alive: text(alive::SQL),
        list: text(list::SQL),
        delete_all: text(delete_all::SQL),
        revoke: text(delete_all::REVOKE),
        is_revoked: text(log_in::IS_REVOKED),
        make_room: text(log_in::MAKE_ROOM),
        put_off: text(sweep::PUT_OFF),
        sweep: text(sweep::SQL),
        forget: text(sweep::FORGET),
    }
}
