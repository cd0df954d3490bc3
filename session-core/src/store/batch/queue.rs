//! The queue before the workers: bounded in length, and the life of its workers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::dispatcher::Dispatcher;
use super::supervisor::Supervisor;
use super::worker::Worker;
use crate::store::error::StoreError;

/// Takes calls to workers, and starts these at the first one. They end when it is dropped.
pub struct Queue<W: Worker> {
    length: usize,
    workers: usize,
    make_scheduler: Box<dyn Fn() -> W::Scheduler + Send + Sync>,
    make_worker: Arc<dyn Fn() -> W + Send + Sync>,
    running: Mutex<Option<Running<W>>>,
}

/// The workers that run, in one runtime.
struct Running<W: Worker> {
    dispatcher: Arc<Dispatcher<W::Scheduler>>,
    _shutdown: watch::Sender<()>,
}

impl<W: Worker> Queue<W> {
    /// A queue of at most so many waiting calls, before so many workers.
    ///
    /// A worker is made at the first call, and when one has panicked; a scheduler when workers are started for the
    /// first time, or in another runtime.
    pub fn new(
        length: usize,
        workers: usize,
        make_scheduler: impl Fn() -> W::Scheduler + Send + Sync + 'static,
        make_worker: impl Fn() -> W + Send + Sync + 'static,
    ) -> Self {
        Self {
            length,
            workers,
            make_scheduler: Box::new(make_scheduler),
            make_worker: Arc::new(make_worker),
            running: Mutex::new(None),
        }
    }

    /// How many workers there are.
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// Has the closure put a call into its place, and wakes a worker if it may be sent.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] when as many wait as may: then the closure is not called.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn push(&self, enqueue: impl FnOnce(&mut W::Scheduler)) -> Result<(), StoreError> {
        self.dispatcher().push(self.length, enqueue)
    }

    fn dispatcher(&self) -> Arc<Dispatcher<W::Scheduler>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // Workers end with the runtime that they were started in; a later one gets its own.
        let running = match &mut *running {
            Some(running) if !running.dispatcher.has_ended() => running,
            ended => ended.insert(self.start()),
        };
        Arc::clone(&running.dispatcher)
    }

    fn start(&self) -> Running<W> {
        let dispatcher = Arc::new(Dispatcher::new((self.make_scheduler)()));
        let (sender, shutdown) = watch::channel(());
        for _ in 0..self.workers {
            let supervisor = Supervisor {
                make_worker: Arc::clone(&self.make_worker),
                dispatcher: Arc::clone(&dispatcher),
                shutdown: shutdown.clone(),
            };
            supervisor.start();
        }
        Running { dispatcher, _shutdown: sender }
    }
}

impl<W: Worker> fmt::Debug for Queue<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("length", &self.length)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
