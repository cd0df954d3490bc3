//! What the workers of a store share.

use std::sync::{Arc, Mutex};

use session_core::StoreError;

use crate::not_migrated::{NotMigrated, Reason};
use crate::postgres::connection::{Health, Rejected, Server, StatementError};
use crate::postgres::sql::{Table, Texts};

/// The server of a store, its table, and the health of its connections.
pub(crate) struct Shared {
    pub(crate) server: Server,
    pub(crate) table: Table,
    pub(crate) texts: Texts,
    pub(crate) health: Arc<Health>,
    /// Why there is no feed of endings, if one was asked for in vain last.
    pub(crate) no_feed: Mutex<Option<&'static str>>,
}

impl Shared {
    pub(crate) fn new(server: Server, table: Table, workers: usize) -> Self {
        let texts = Texts::new(&table, server.preparation());
        Self {
            server,
            table,
            texts,
            health: Arc::new(Health::new(workers)),
            no_feed: Mutex::default(),
        }
    }

    /// The error of a call that was not answered within the deadline.
    pub(super) fn deadline_error(&self) -> StoreError {
        self.health.deadline_error(self.server.deadline())
    }

    /// What a caller is told of this error.
    pub(crate) fn store_error(&self, error: &StatementError) -> StoreError {
        match error {
            StatementError::NotConnected => self.deadline_error(),
            StatementError::TimedOut | StatementError::Cancelled => {
                StoreError::Deadline(self.server.deadline())
            }
            StatementError::NotMigrated(source) => {
                let (table, source) = (self.table.to_string(), Arc::clone(source));
                StoreError::failed(NotMigrated { table, reason: Reason::Missing, source })
            }
            StatementError::Disconnected(error)
            | StatementError::Stale(error)
            | StatementError::RolledBack(error)
            | StatementError::Failed(error) => match Rejected::of(error) {
                Some(rejected) => StoreError::failed(rejected),
                None => StoreError::failed(Arc::clone(error)),
            },
        }
    }
}
