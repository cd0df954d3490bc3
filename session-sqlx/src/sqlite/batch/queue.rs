//! The queues before the writer and the readers, bounded in length and in time.

use std::sync::Arc;

use session_core::StoreError;
use session_core::store::batch;
use session_core::store::batch::Reply;
use tokio::time::Instant;

use super::call::{AnyCall, Call};
use super::calls::Calls;
use super::reader::Reader;
use super::shared::{FileVersion, Shared};
use super::writer::{MAX_WRITES, Writer};
use crate::sqlite::sql::{DataVersion, Statement};

/// Takes statements to the writer or a reader.
pub(crate) struct Queue {
    shared: Arc<Shared>,
    writes: batch::Queue<Writer>,
    reads: batch::Queue<Reader>,
}

impl Queue {
    pub(crate) fn new(shared: Shared, readers: usize, length: usize) -> Self {
        let shared = Arc::new(shared);
        let [of_writer, of_readers] = [Arc::clone(&shared), Arc::clone(&shared)];
        let writer = move || Writer::new(Arc::clone(&of_writer));
        let reader = move || Reader::new(Arc::clone(&of_readers));
        Self {
            shared,
            writes: batch::Queue::new(length, 1, || Calls::new(MAX_WRITES), writer),
            reads: batch::Queue::new(length, readers, || Calls::new(1), reader),
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn readers(&self) -> usize {
        self.reads.workers()
    }

    /// Has the writer run this, and waits for its answer.
    pub(crate) async fn write<S: Statement>(&self, statement: S) -> Result<S::Answer, StoreError> {
        let (call, reply) = self.call(statement);
        self.writes.push(|calls| calls.push(call))?;
        self.wait(reply).await
    }

    /// Has a reader run this, and waits for its answer.
    pub(crate) async fn read<S: Statement>(&self, statement: S) -> Result<S::Answer, StoreError> {
        let (call, reply) = self.call(statement);
        self.reads.push(|calls| calls.push(call))?;
        self.wait(reply).await
    }

    /// The version of the file, as the writer's connection sees it.
    pub(crate) async fn file_version(&self) -> Result<FileVersion, StoreError> {
        loop {
            let connection = self.shared.opened_to_write();
            let version = self.write(DataVersion).await?;
            if self.shared.opened_to_write() == connection {
                return Ok(FileVersion { connection, version });
            }
        }
    }

    fn call<S: Statement>(&self, statement: S) -> (Box<dyn AnyCall>, Reply<S::Answer>) {
        Call::boxed(statement, Instant::now() + self.shared.file.deadline())
    }

    async fn wait<A>(&self, reply: Reply<A>) -> Result<A, StoreError> {
        let limit = self.shared.file.deadline();
        reply.wait().await.unwrap_or_else(|unanswered| Err(unanswered.store_error(limit)))
    }
}
