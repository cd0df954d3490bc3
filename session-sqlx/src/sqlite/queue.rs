//! The queues before the writer and the readers, bounded in length and in time.

use std::sync::{Arc, Mutex, PoisonError};

use session_core::StoreError;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, timeout_at};

use super::file::File;
use super::job::{Answer, Call, Job};
use super::name::Table;
use super::reader::Reader;
use super::statement::{Sql, Statement};
use super::writer::Writer;

/// What the writer and the readers of a store have in common.
pub(super) struct Shared {
    pub(super) file: File,
    pub(super) table: Table,
    pub(super) sql: Sql,
}

/// Takes operations to the writer or a reader, and starts these at the first one.
pub(super) struct Queue {
    shared: Arc<Shared>,
    readers: usize,
    length: usize,
    running: Mutex<Option<Running>>,
}

/// The ways to those who run. They end when it is dropped.
struct Running {
    writes: mpsc::Sender<Box<dyn Job>>,
    reads: mpsc::Sender<Box<dyn Job>>,
}

impl Queue {
    pub(super) fn new(shared: Shared, readers: usize, length: usize) -> Self {
        Self { shared: Arc::new(shared), readers, length, running: Mutex::new(None) }
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(super) fn readers(&self) -> usize {
        self.readers
    }

    /// Has the writer do this, and waits for its answer.
    pub(super) async fn write<S: Statement>(&self, statement: S) -> Result<S::Answer, StoreError> {
        let (call, deadline, answer) = self.call(statement);
        self.push(call, |running| &running.writes)?;
        self.wait::<S>(deadline, answer).await
    }

    /// Has a reader do this, and waits for its answer.
    pub(super) async fn read<S: Statement>(&self, statement: S) -> Result<S::Answer, StoreError> {
        let (call, deadline, answer) = self.call(statement);
        self.push(call, |running| &running.reads)?;
        self.wait::<S>(deadline, answer).await
    }

    fn call<S: Statement>(&self, statement: S) -> (Box<dyn Job>, Instant, Answer<S>) {
        let deadline = Instant::now() + self.shared.file.deadline();
        let (call, answer) = Call::of(statement, deadline);
        (call, deadline, answer)
    }

    async fn wait<S: Statement>(
        &self,
        deadline: Instant,
        answer: Answer<S>,
    ) -> Result<S::Answer, StoreError> {
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(self.late()),
        }
    }

    fn push(
        &self,
        job: Box<dyn Job>,
        way: impl Fn(&Running) -> &mpsc::Sender<Box<dyn Job>>,
    ) -> Result<(), StoreError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // They end with the runtime that they were started in; a later one gets its own.
        let running = match &mut *running {
            Some(running) if !running.has_ended() => running,
            ended => ended.insert(self.start()),
        };
        way(running).try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Overloaded(self.length),
            TrySendError::Closed(_) => self.late(),
        })
    }

    fn start(&self) -> Running {
        let (writes, queue) = mpsc::channel(self.length);
        tokio::spawn(Writer::new(Arc::clone(&self.shared), queue).work());
        let (reads, queue) = mpsc::channel(self.length);
        let queue = Arc::new(tokio::sync::Mutex::new(queue));
        for _ in 0..self.readers {
            let reader = Reader::new(Arc::clone(&self.shared), Arc::clone(&queue));
            tokio::spawn(reader.work());
        }
        Running { writes, reads }
    }

    fn late(&self) -> StoreError {
        StoreError::Deadline(self.shared.file.deadline())
    }
}

impl Running {
    fn has_ended(&self) -> bool {
        self.writes.is_closed() || self.reads.is_closed()
    }
}
