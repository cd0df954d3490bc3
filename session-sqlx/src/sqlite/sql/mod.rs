//! The statements, one for each operation of the store.

// What a statement works with.
mod migrations;
mod row;
mod table;
mod texts;
// What a statement is.
mod statement;
mod with_ended;
// The statements.
mod alive;
mod data_version;
mod delete;
mod delete_all;
mod insert;
mod list;
mod load;
mod log_in;
mod sweep;
mod touch;
mod update;
// The texts of all of them.
mod render;

#[cfg(test)]
mod plans;

pub(super) use alive::Alive;
pub(super) use data_version::DataVersion;
pub(super) use delete::Delete;
pub(super) use delete_all::DeleteAll;
pub(super) use insert::Insert;
pub(super) use list::List;
pub(super) use load::Load;
pub(super) use migrations::{MIGRATIONS, Migration, applied, exists, tells_oldest};
pub(super) use render::texts_of;
pub(super) use statement::Statement;
pub(super) use sweep::Sweep;
pub(super) use table::{InvalidName, Table};
pub(super) use texts::Texts;
pub(super) use touch::Touch;
pub(super) use update::Update;
