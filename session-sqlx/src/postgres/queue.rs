//! The queue before the workers, bounded in length and in time.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use session_core::StoreError;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout_at};

use super::call::Call;
use super::lane::{Batch, Lanes, Waits};
use super::under_way::UnderWay;
use super::worker::{Shared, Worker};

/// Takes operations to the workers, and starts these at the first one.
pub(super) struct Queue {
    shared: Arc<Shared>,
    workers: usize,
    length: usize,
    running: Mutex<Option<Running>>,
}

/// The way to workers that run. They end when it is dropped.
struct Running {
    waiting: Arc<Waiting>,
    alive: watch::Sender<()>,
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

    /// When an operation that begins now has to be done.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.shared.server.deadline()
    }

    /// Has a worker do this, and waits for its answer.
    pub(super) async fn ask<S: Waits>(
        &self,
        statement: S,
        deadline: Instant,
    ) -> Result<S::Answer, StoreError> {
        let (call, answer) = Call::new(statement, deadline);
        self.waiting().push(call, self.length)?;
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(self.shared.late()),
        }
    }

    fn waiting(&self) -> Arc<Waiting> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // Workers end with the runtime that they were started in; a later one gets its own.
        let running = match &mut *running {
            Some(running) if !running.alive.is_closed() => running,
            ended => ended.insert(self.start()),
        };
        Arc::clone(&running.waiting)
    }

    fn start(&self) -> Running {
        let waiting = Arc::new(Waiting::new(self.workers));
        let (alive, watched) = watch::channel(());
        for _ in 0..self.workers {
            let (shared, waiting) = (Arc::clone(&self.shared), Arc::clone(&waiting));
            tokio::spawn(Worker::new(shared, waiting, watched.clone()).work());
        }
        Running { waiting, alive }
    }
}

/// What waits, and the workers that wait for it.
pub(super) struct Waiting {
    lanes: Mutex<Lanes>,
    ready: Notify,
}

impl Waiting {
    fn new(workers: usize) -> Self {
        Self { lanes: Mutex::new(Lanes::new(workers)), ready: Notify::new() }
    }

    fn push<S: Waits>(&self, call: Call<S>, length: usize) -> Result<(), StoreError> {
        let mut lanes = self.lanes();
        if lanes.len() >= length {
            return Err(StoreError::Overloaded(length));
        }
        S::enter(call, &mut lanes);
        self.call_a_worker(&mut lanes);
        Ok(())
    }

    /// Changes what may go out.
    pub(super) fn change(&self, change: impl FnOnce(&mut Lanes)) {
        let mut lanes = self.lanes();
        change(&mut lanes);
        self.call_a_worker(&mut lanes);
    }

    /// The next batch: what waits at this moment, and nothing that may come.
    pub(super) async fn next(self: &Arc<Self>) -> (Batch, UnderWay) {
        loop {
            self.ready.notified().await;
            // Whoever is about to ask, as are all whose request has just come in, travels along.
            let_others_ask().await;
            let mut lanes = self.lanes();
            lanes.called = false;
            let batch = lanes.take(self);
            self.call_a_worker(&mut lanes);
            if let Some(batch) = batch {
                return batch;
            }
        }
    }

    /// Calls one if there is a batch to take, and the next one only when this one has come.
    fn call_a_worker(&self, lanes: &mut Lanes) {
        if !lanes.called && lanes.may_go() {
            lanes.called = true;
            self.ready.notify_one();
        }
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the tasks go first that can run at this moment. tokio's own `yield_now` waits until its thread
/// has nothing else to do, which may be long; this stands at the end of the queue, where another
/// thread may take it.
async fn let_others_ask() {
    let mut asked = false;
    poll_fn(|context| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
