//! The queues before the writer and the readers, bounded in length and in time.

use std::sync::{Arc, Mutex, PoisonError};

use session_core::StoreError;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, timeout_at};

use super::call::{Answer, AnyCall, Call};
use super::reader::Reader;
use super::shared::{FileVersion, Shared};
use super::writer::Writer;
use crate::sqlite::sql::{DataVersion, Statement};

/// Takes statements to the writer or a reader, and starts these at the first one.
pub(crate) struct Queue {
    shared: Arc<Shared>,
    readers: usize,
    length: usize,
    running: Mutex<Option<Channels>>,
}

/// The channels to the writer and the readers that run. These end when it is dropped.
struct Channels {
    writes: mpsc::Sender<Box<dyn AnyCall>>,
    reads: mpsc::Sender<Box<dyn AnyCall>>,
}

impl Queue {
    pub(crate) fn new(shared: Shared, readers: usize, length: usize) -> Self {
        Self { shared: Arc::new(shared), readers, length, running: Mutex::new(None) }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn readers(&self) -> usize {
        self.readers
    }

    /// Has the writer run this, and waits for its answer.
    pub(crate) async fn write<S: Statement>(&self, statement: S) -> Result<S::Answer, StoreError> {
        let (call, deadline, answer) = self.call(statement);
        self.push(call, |running| &running.writes)?;
        self.wait::<S>(deadline, answer).await
    }

    /// Has a reader run this, and waits for its answer.
    pub(crate) async fn read<S: Statement>(&self, statement: S) -> Result<S::Answer, StoreError> {
        let (call, deadline, answer) = self.call(statement);
        self.push(call, |running| &running.reads)?;
        self.wait::<S>(deadline, answer).await
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

    fn call<S: Statement>(&self, statement: S) -> (Box<dyn AnyCall>, Instant, Answer<S>) {
        let deadline = Instant::now() + self.shared.file.deadline();
        let (call, answer) = Call::boxed(statement, deadline);
        (call, deadline, answer)
    }

    async fn wait<S: Statement>(
        &self,
        deadline: Instant,
        answer: Answer<S>,
    ) -> Result<S::Answer, StoreError> {
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(self.deadline_error()),
        }
    }

    fn push(
        &self,
        call: Box<dyn AnyCall>,
        channel: impl Fn(&Channels) -> &mpsc::Sender<Box<dyn AnyCall>>,
    ) -> Result<(), StoreError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // They end with the runtime that they were started in; a later one gets its own.
        let running = match &mut *running {
            Some(running) if !running.has_ended() => running,
            ended => ended.insert(self.start()),
        };
        channel(running).try_send(call).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Overloaded(self.length),
            TrySendError::Closed(_) => self.deadline_error(),
        })
    }

    fn start(&self) -> Channels {
        let (writes, queue) = mpsc::channel(self.length);
        tokio::spawn(Writer::new(Arc::clone(&self.shared), queue).work());
        let (reads, queue) = mpsc::channel(self.length);
        let queue = Arc::new(tokio::sync::Mutex::new(queue));
        for _ in 0..self.readers {
            let reader = Reader::new(Arc::clone(&self.shared), Arc::clone(&queue));
            tokio::spawn(reader.work());
        }
        Channels { writes, reads }
    }

    fn deadline_error(&self) -> StoreError {
        StoreError::Deadline(self.shared.file.deadline())
    }
}

impl Channels {
    fn has_ended(&self) -> bool {
        self.writes.is_closed() || self.reads.is_closed()
    }
}
