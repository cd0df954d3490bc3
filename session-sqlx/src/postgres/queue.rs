//! The queue before the workers, bounded in length and in time.

use std::sync::{Arc, Mutex, PoisonError};

use session_core::StoreError;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

use super::job::{Call, Job};
use super::statement::Statement;
use super::worker::{Jobs, Shared, Worker};

/// Takes operations to the workers, and starts these at the first one.
pub(super) struct Queue {
    shared: Arc<Shared>,
    workers: usize,
    length: usize,
    running: Mutex<Option<Running>>,
}

/// The way to workers that run. They end when it is dropped.
struct Running {
    jobs: mpsc::Sender<Job>,
    _alive: watch::Sender<()>,
}

impl Queue {
    pub(super) fn new(shared: Arc<Shared>, workers: usize, length: usize) -> Self {
        Self { shared, workers, length, running: Mutex::new(None) }
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(super) fn workers(&self) -> usize {
        self.workers
    }

    /// Has a worker do this, and waits for its answer.
    pub(super) async fn ask<S>(&self, statement: S) -> Result<S::Answer, StoreError>
    where
        S: Statement,
        Job: From<Call<S>>,
    {
        let within = self.shared.server.deadline();
        let deadline = Instant::now() + within;
        let (call, answer) = Call::new(statement, deadline);
        self.push(call.into())?;
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(self.shared.health.why_so_late(within)),
        }
    }

    fn push(&self, job: Job) -> Result<(), StoreError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // Workers end with the runtime that they were started in; a later one gets its own.
        let running = match &mut *running {
            Some(running) if !running.jobs.is_closed() => running,
            ended => ended.insert(self.start()),
        };
        running.jobs.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Overloaded(self.length),
            TrySendError::Closed(_) => {
                self.shared.health.why_so_late(self.shared.server.deadline())
            }
        })
    }

    fn start(&self) -> Running {
        let (jobs, queue) = mpsc::channel(self.length);
        let (alive, watched) = watch::channel(());
        let queue = Jobs::new(queue);
        for _ in 0..self.workers {
            let worker = Worker::new(Arc::clone(&self.shared), Arc::clone(&queue), watched.clone());
            tokio::spawn(worker.work());
        }
        Running { jobs, _alive: alive }
    }
}
