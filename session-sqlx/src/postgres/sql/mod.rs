//! The statements: one for each operation of the store, and one for many of a kind at once.

// What a statement works with.
mod claims;
mod functions;
mod migrations;
mod quote;
mod row;
mod table;
mod timestamp;
mod whereabouts;
// What a statement is.
mod planning;
mod prepared;
mod statement;
// The statements.
mod alive;
mod channel;
mod delete;
mod delete_all;
mod insert;
mod insert_log_in;
mod list;
mod load;
mod remember;
mod revoked;
mod sweep;
mod touch;
mod update;
mod update_log_in;
mod update_whole;
// The texts of all of them.
mod text;
mod texts;

#[cfg(test)]
mod plans;

pub(super) use alive::Alive;
pub(super) use channel::{Channel, ChannelSeen};
pub(super) use claims::Claims;
pub(super) use delete::Delete;
pub(super) use delete_all::DeleteAll;
pub(super) use functions::renaming;
pub(super) use insert::Insert;
pub(super) use insert_log_in::InsertLogIn;
pub(super) use list::List;
pub(super) use load::Load;
pub(super) use migrations::{MIGRATIONS, applied};
pub(super) use planning::PLANNING;
pub(super) use prepared::{Preparation, READ_ONLY};
pub(super) use remember::Remember;
pub(super) use revoked::Revoked;
pub(super) use statement::Statement;
pub(super) use sweep::Sweep;
pub(super) use table::{InvalidName, Table};
pub(super) use text::Text;
pub(super) use texts::Texts;
pub(super) use touch::Touch;
pub(super) use update::Update;
pub(super) use update_log_in::UpdateLogIn;
pub(super) use update_whole::UpdateWhole;
pub(super) use whereabouts::{Schema, Whereabouts};
