//! A reader: runs reads, one at a time, on its own connection.

use std::sync::Arc;

use session_core::StoreError;
use session_core::store::batch::{self, InFlight};
use session_core::store::in_real_time;
use sqlx::sqlite::SqliteConnection;
use tokio::time::sleep;

use super::call::AnyCall;
use super::calls::Calls;
use super::shared::Shared;
use crate::sqlite::connection::{RETRY_INTERVAL, is_locked, leaves_connection, store_error};

pub(super) struct Reader {
    shared: Arc<Shared>,
    connection: Option<SqliteConnection>,
}

impl batch::Worker for Reader {
    type Scheduler = Calls;

    async fn run(&mut self, reads: Vec<Box<dyn AnyCall>>, _: &mut InFlight<Calls>) {
        for read in reads {
            self.serve(read).await;
        }
    }
}

impl Reader {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, connection: None }
    }

    /// A read meets a lock only while the log is recovered or removed: it is tried again.
    async fn serve(&mut self, mut call: Box<dyn AnyCall>) {
        while !call.is_abandoned() {
            let within = self.shared.file.deadline();
            match in_real_time(within, self.run_once(&mut *call)).await {
                Ok(()) => return call.send_answer(),
                Err(ReadError::Locked) => sleep(RETRY_INTERVAL).await,
                Err(ReadError::Failed(error)) => return call.fail(error),
            }
        }
    }

    /// Runs it once. The connection is out of its place meanwhile, and put back only when it is
    /// known to be in order.
    async fn run_once(&mut self, call: &mut dyn AnyCall) -> Result<(), ReadError> {
        let shared = &*self.shared;
        if let Err(replaced) = shared.file.check_in_place() {
            return Err(ReadError::Failed(StoreError::failed(replaced)));
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => match shared.file.open_to_read().await {
                Ok(connection) => connection,
                Err(error) if is_locked(&error) => return Err(ReadError::Locked),
                Err(error) => return Err(ReadError::Failed(StoreError::failed(error))),
            },
        };
        let Err(error) = call.run(&mut connection, &shared.texts).await else {
            self.connection = Some(connection);
            return Ok(());
        };
        let stays = leaves_connection(&error);
        let error = if is_locked(&error) {
            ReadError::Locked
        } else {
            ReadError::Failed(store_error(error, &mut connection, &shared.table).await)
        };
        self.connection = stays.then_some(connection);
        Err(error)
    }
}

/// Why a read gave no answer.
enum ReadError {
    /// Another connection has the lock at the moment.
    Locked,
    Failed(StoreError),
}
