//! The dispatcher: wakes a worker whenever a batch may be sent, and hands it over.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use session_core::StoreError;
use tokio::sync::Notify;

use super::call::Call;
use super::scheduler::{Batch, BatchCount, Scheduled, Scheduler};

/// The calls that wait, and the workers that wait for them.
pub(super) struct Dispatcher {
    state: Mutex<State>,
    ready: Notify,
}

struct State {
    scheduler: Scheduler,
    /// Whether a worker was woken, and has not come yet.
    woken: bool,
}

impl Dispatcher {
    pub(super) fn new(workers: usize) -> Self {
        let state = State { scheduler: Scheduler::new(workers), woken: false };
        Self { state: Mutex::new(state), ready: Notify::new() }
    }

    /// Puts a call at the end of its queue, unless this many wait already.
    pub(super) fn push<S: Scheduled>(&self, call: Call<S>, limit: usize) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.scheduler.len() >= limit {
            return Err(StoreError::Overloaded(limit));
        }
        S::enqueue(call, &mut state.scheduler);
        self.wake_a_worker(&mut state);
        Ok(())
    }

    /// The next batch: of the calls that wait at this moment, not of those that may come.
    pub(super) async fn next(self: &Arc<Self>) -> (Batch, InFlightBatch) {
        loop {
            self.ready.notified().await;
            // Callers that are about to push, as are all whose request has just come in, travel along.
            yield_to_ready_tasks().await;
            let mut state = self.state();
            state.woken = false;
            let batch = state.scheduler.take_batch();
            self.wake_a_worker(&mut state);
            if let Some((batch, count)) = batch {
                return (batch, InFlightBatch { dispatcher: Arc::clone(self), count });
            }
        }
    }

    /// Wakes one if a batch may be sent, and the next one only when this one has come.
    fn wake_a_worker(&self, state: &mut State) {
        if !state.woken && state.scheduler.is_ready() {
            state.woken = true;
            self.ready.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch in flight: it holds back others of its kind until it is slow, or is dropped.
pub(super) struct InFlightBatch {
    dispatcher: Arc<Dispatcher>,
    count: BatchCount,
}

impl InFlightBatch {
    /// It has become slow.
    pub(super) fn slowed(&mut self) {
        let mut state = self.dispatcher.state();
        state.scheduler.slowed(&mut self.count);
        self.dispatcher.wake_a_worker(&mut state);
    }
}

impl Drop for InFlightBatch {
    fn drop(&mut self) {
        let mut state = self.dispatcher.state();
        state.scheduler.returned(&self.count);
        self.dispatcher.wake_a_worker(&mut state);
    }
}

/// Lets the tasks go first that can run at this moment. tokio's own `yield_now` waits until its thread
/// has nothing else to do, which may be long; this stands at the end of the queue, where another
/// thread may take it.
async fn yield_to_ready_tasks() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
