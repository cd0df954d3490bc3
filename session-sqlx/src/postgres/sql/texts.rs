//! The texts of all statements.

use super::prepared::Preparation;
use super::table::Table;
use super::text::Text;
use super::{
    alive, channel, delete, delete_all, insert, insert_log_in, list, load, remember, revoked,
    sweep, touch, update, update_log_in, update_whole,
};

/// The texts of the statements, for one table.
pub(crate) struct Texts {
    pub(crate) load: Text,
    pub(crate) insert: Text,
    pub(crate) update: Text,
    pub(crate) update_whole: Text,
    pub(crate) touch: Text,
    pub(crate) delete: Text,
    pub(crate) remember: Text,
    pub(crate) insert_log_in: Text,
    pub(crate) update_log_in: Text,
    pub(crate) revoked: Text,
    pub(crate) list: Text,
    pub(crate) alive: Text,
    pub(crate) delete_all: Text,
    pub(crate) sweep: Text,
    pub(crate) channel: Text,
}

impl Texts {
    pub(crate) fn new(table: &Table, preparation: Preparation) -> Self {
        let text = |single, batch| Text::new(table, preparation, single, batch);
        Self {
            load: text(load::SINGLE, load::BATCH),
            insert: text(insert::SINGLE, insert::BATCH),
            update: text(update::SINGLE, update::BATCH),
            update_whole: text(update_whole::SINGLE, update_whole::BATCH),
            touch: text(touch::SINGLE, touch::BATCH),
            delete: text(delete::SINGLE, delete::BATCH),
            remember: text(remember::SQL, remember::SQL),
            insert_log_in: text(insert_log_in::SINGLE, insert_log_in::BATCH),
            update_log_in: text(update_log_in::SINGLE, update_log_in::BATCH),
            revoked: text(revoked::SQL, revoked::SQL),
            list: text(list::SQL, list::SQL),
            alive: text(alive::SQL, alive::SQL),
            delete_all: text(delete_all::SQL, delete_all::SQL),
            sweep: text(sweep::SQL, sweep::SQL),
            channel: text(channel::SQL, channel::SQL),
        }
    }
}
