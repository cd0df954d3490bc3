//! What the writer and the readers of a store share.

use crate::sqlite::connection::File;
use crate::sqlite::sql::{Table, Texts, texts_of};

/// The file of a store, and its table.
pub(crate) struct Shared {
    pub(crate) file: File,
    pub(crate) table: Table,
    pub(super) texts: Texts,
}

impl Shared {
    pub(crate) fn new(file: File, table: Table) -> Self {
        Self { file, texts: texts_of(&table), table }
    }
}
