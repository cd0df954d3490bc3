//! What the writer and the readers of a store share.

use std::sync::atomic::{AtomicU64, Ordering};

use session_core::store::InProcessEndings;
use sqlx::sqlite::SqliteConnection;

use crate::sqlite::connection::File;
use crate::sqlite::sql::{Table, Texts, texts_of};

/// The file of a store, its table, and whoever listens to it.
pub(crate) struct Shared {
    pub(crate) file: File,
    pub(crate) table: Table,
    pub(super) texts: Texts,
    /// Told of the sessions that end here, before that is answered.
    pub(crate) endings: InProcessEndings,
    opened_to_write: AtomicU64,
}

/// It changes whenever another connection than the writer's has written, or the writer has got a new one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileVersion {
    pub(super) connection: u64,
    pub(super) version: i64,
}

impl Shared {
    pub(crate) fn new(file: File, table: Table) -> Self {
        Self {
            file,
            texts: texts_of(&table),
            table,
            endings: InProcessEndings::default(),
            opened_to_write: AtomicU64::new(0),
        }
    }

    /// Opens the connection that writes.
    pub(super) async fn open_to_write(&self) -> sqlx::Result<SqliteConnection> {
        self.opened_to_write.fetch_add(1, Ordering::Relaxed);
        self.file.open_to_write().await
    }

    /// How many connections the writer has opened.
    pub(super) fn opened_to_write(&self) -> u64 {
        self.opened_to_write.load(Ordering::Relaxed)
    }
}
