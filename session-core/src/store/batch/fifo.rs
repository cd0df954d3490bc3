//! The plainest scheduler: calls leave in the order in which they came.

use std::collections::VecDeque;

use super::scheduler::Scheduler;

/// A [`Scheduler`] by which calls leave in the order in which they came, so many at a time.
#[derive(Debug)]
pub struct Fifo<C> {
    calls: VecDeque<C>,
    max_batch: usize,
}

impl<C> Fifo<C> {
    /// No call waits yet. A batch has at most so many.
    pub fn new(max_batch: usize) -> Self {
        Self { calls: VecDeque::new(), max_batch }
    }

    /// Puts a call at the end.
    pub fn push(&mut self, call: C) {
        self.calls.push_back(call);
    }

    /// Takes those that have waited longest, so many of them: for a batch that has room left.
    pub fn take(&mut self, limit: usize) -> impl Iterator<Item = C> + use<'_, C> {
        self.calls.drain(..limit.min(self.calls.len()))
    }
}

impl<C: Send + 'static> Scheduler for Fifo<C> {
    type Batch = Vec<C>;
    type Ticket = ();

    fn len(&self) -> usize {
        self.calls.len()
    }

    fn take_batch(&mut self) -> Option<(Vec<C>, ())> {
        let batch: Vec<C> = self.take(self.max_batch).collect();
        (!batch.is_empty()).then_some((batch, ()))
    }
}
