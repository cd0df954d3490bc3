//! The dispatcher: wakes a worker whenever a batch may be sent, and hands it over.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::sync::Notify;

use super::scheduler::Scheduler;
use crate::store::error::StoreError;

/// The calls that wait, and the workers that wait for them.
pub(super) struct Dispatcher<S> {
    state: Mutex<State<S>>,
    ready: Notify,
}

struct State<S> {
    /// None when no worker is left.
    scheduler: Option<S>,
    workers: usize,
    /// Whether a worker was woken, and has not come yet.
    is_woken: bool,
}

impl<S: Scheduler> Dispatcher<S> {
    pub(super) fn new(scheduler: S) -> Self {
        let state = State { scheduler: Some(scheduler), workers: 0, is_woken: false };
        Self { state: Mutex::new(state), ready: Notify::new() }
    }

    /// Whether all workers have left, as they do when their runtime ends.
    pub(super) fn has_ended(&self) -> bool {
        self.state().scheduler.is_none()
    }

    /// Puts a call into its place, unless this many wait already.
    pub(super) fn push(
        &self,
        length: usize,
        enqueue: impl FnOnce(&mut S),
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        // A call for which nobody is left is dropped, and its caller told.
        let Some(scheduler) = &mut state.scheduler else { return Ok(()) };
        if scheduler.len() >= length {
            return Err(StoreError::Overloaded(length));
        }
        enqueue(scheduler);
        self.wake_a_worker(&mut state);
        Ok(())
    }

    /// The next batch: of the calls that wait at this moment, not of those that may come.
    pub(super) async fn next(self: &Arc<Self>) -> (S::Batch, InFlight<S>) {
        loop {
            self.ready.notified().await;
            // Callers that are about to push, as are all whose request has just come in, travel along.
            yield_to_ready_tasks().await;
            let mut state = self.state();
            state.is_woken = false;
            let batch = state.scheduler.as_mut().and_then(Scheduler::take_batch);
            self.wake_a_worker(&mut state);
            if let Some((batch, ticket)) = batch {
                return (batch, InFlight { dispatcher: Arc::clone(self), ticket });
            }
        }
    }

    /// A worker has come, until what this answers is dropped.
    pub(super) fn enter(self: &Arc<Self>) -> Presence<S> {
        self.state().workers += 1;
        Presence(Arc::clone(self))
    }

    /// Wakes one if a batch may be sent, and the next one only when this one has come.
    fn wake_a_worker(&self, state: &mut State<S>) {
        if !state.is_woken && state.scheduler.as_ref().is_some_and(Scheduler::is_ready) {
            state.is_woken = true;
            self.ready.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker that is there, or will be replaced.
pub(super) struct Presence<S: Scheduler>(Arc<Dispatcher<S>>);

impl<S: Scheduler> Drop for Presence<S> {
    /// With the last one go the calls that wait: nobody is left to run them.
    fn drop(&mut self) {
        let abandoned = {
            let mut state = self.0.state();
            state.workers -= 1;
            if state.workers == 0 { state.scheduler.take() } else { None }
        };
        drop(abandoned);
    }
}

/// A batch in flight, until it is dropped.
pub struct InFlight<S: Scheduler> {
    dispatcher: Arc<Dispatcher<S>>,
    ticket: S::Ticket,
}

impl<S: Scheduler> InFlight<S> {
    /// Looks at what waits, or changes what the scheduler knows of this batch: it has become slow, say, or takes
    /// further calls along. Answers nothing when the workers' runtime is ending.
    pub fn update<R>(&mut self, update: impl FnOnce(&mut S, &mut S::Ticket) -> R) -> Option<R> {
        let mut state = self.dispatcher.state();
        let updated = state.scheduler.as_mut().map(|scheduler| update(scheduler, &mut self.ticket));
        self.dispatcher.wake_a_worker(&mut state);
        updated
    }
}

impl<S: Scheduler> Drop for InFlight<S> {
    fn drop(&mut self) {
        let mut state = self.dispatcher.state();
        if let Some(scheduler) = &mut state.scheduler {
            scheduler.returned(&self.ticket);
        }
        self.dispatcher.wake_a_worker(&mut state);
    }
}

impl<S: Scheduler> fmt::Debug for InFlight<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").finish_non_exhaustive()
    }
}

/// Lets the tasks go first that can run at this moment. tokio's own `yield_now` waits until its thread
/// has nothing else to do, which may be long; this stands at the end of the queue, where another
/// thread may take it.
async fn yield_to_ready_tasks() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
