//! A reader: takes reads from the queue and runs them, one at a time, on its own connection.

use std::sync::Arc;

use session_core::StoreError;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;

use super::fault::{explain, is_locked, leaves_connection};
use super::file::PAUSE;
use super::job::Job;
use super::queue::Shared;

/// The end of the queue that the readers take turns at.
pub(super) type Reads = Arc<Mutex<mpsc::Receiver<Box<dyn Job>>>>;

pub(super) struct Reader {
    shared: Arc<Shared>,
    reads: Reads,
    connection: Option<SqliteConnection>,
}

impl Reader {
    pub(super) fn new(shared: Arc<Shared>, reads: Reads) -> Self {
        Self { shared, reads, connection: None }
    }

    /// Works until the store is dropped.
    pub(super) async fn work(mut self) {
        loop {
            let next = self.reads.lock().await.recv().await;
            let Some(job) = next else { return };
            self.serve(job).await;
        }
    }

    /// A read meets a lock only while a log is recovered or taken away: it is tried again.
    async fn serve(&mut self, mut job: Box<dyn Job>) {
        while !job.is_over() {
            match self.attempt(&mut *job).await {
                Ok(()) => return job.settle(),
                Err(None) => sleep(PAUSE).await,
                Err(Some(error)) => return job.fail(error),
            }
        }
    }

    /// Runs it once. The connection is out of its place meanwhile, and put back only when it is
    /// known to be in order.
    async fn attempt(&mut self, job: &mut dyn Job) -> Result<(), Option<StoreError>> {
        let shared = &*self.shared;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => match shared.file.open_to_read().await {
                Ok(connection) => connection,
                Err(error) if is_locked(&error) => return Err(None),
                Err(error) => return Err(Some(StoreError::failed(error))),
            },
        };
        let Err(error) = job.run(&mut connection, &shared.sql).await else {
            self.connection = Some(connection);
            return Ok(());
        };
        let stays = leaves_connection(&error);
        let error = if is_locked(&error) {
            None
        } else {
            Some(explain(error, &mut connection, &shared.table).await)
        };
        self.connection = stays.then_some(connection);
        Err(error)
    }
}
