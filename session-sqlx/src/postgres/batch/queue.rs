//! The queue before the workers, bounded in length and in time.

use std::sync::{Arc, Mutex, PoisonError};

use session_core::StoreError;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::call::Call;
use super::dispatcher::Dispatcher;
use super::scheduler::Scheduled;
use super::shared::Shared;
use super::worker::Worker;

/// Takes statements to the workers, and starts these at the first one.
pub(crate) struct Queue {
    shared: Arc<Shared>,
    workers: usize,
    length: usize,
    running: Mutex<Option<Workers>>,
}

/// The workers that run. They end when it is dropped.
struct Workers {
    dispatcher: Arc<Dispatcher>,
    shutdown: watch::Sender<()>,
}

impl Queue {
    pub(crate) fn new(shared: Shared, workers: usize, length: usize) -> Self {
        Self { shared: Arc::new(shared), workers, length, running: Mutex::new(None) }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn workers(&self) -> usize {
        self.workers
    }

    /// When an operation that begins now has to be done.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.shared.server.deadline()
    }

    /// Has a worker run this, and waits for its answer.
    pub(crate) async fn run<S: Scheduled>(
        &self,
        statement: S,
        deadline: Instant,
    ) -> Result<S::Answer, StoreError> {
        let (call, answer) = Call::new(statement, deadline);
        self.dispatcher().push(call, self.length)?;
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(self.shared.deadline_error()),
        }
    }

    fn dispatcher(&self) -> Arc<Dispatcher> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // Workers end with the runtime that they were started in; a later one gets its own.
        let running = match &mut *running {
            Some(workers) if !workers.shutdown.is_closed() => workers,
            ended => ended.insert(self.start()),
        };
        Arc::clone(&running.dispatcher)
    }

    fn start(&self) -> Workers {
        let dispatcher = Arc::new(Dispatcher::new(self.workers));
        let (shutdown, watched) = watch::channel(());
        for _ in 0..self.workers {
            let (shared, dispatcher) = (Arc::clone(&self.shared), Arc::clone(&dispatcher));
            tokio::spawn(Worker::new(shared, dispatcher, watched.clone()).work());
        }
        Workers { dispatcher, shutdown }
    }
}
