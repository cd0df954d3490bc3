//! The calls that wait, in the order in which they came.

use session_core::store::batch::{Fifo, Scheduler};

use super::call::AnyCall;

/// The calls that wait for the writer, or for a reader.
pub(super) struct Calls(Fifo<Box<dyn AnyCall>>);

impl Calls {
    /// A batch has at most so many.
    pub(super) fn new(max_batch: usize) -> Self {
        Self(Fifo::new(max_batch))
    }

    pub(super) fn push(&mut self, call: Box<dyn AnyCall>) {
        self.0.push(call);
    }

    /// Takes those that have waited longest, so many of them.
    pub(super) fn take(&mut self, limit: usize) -> impl Iterator<Item = Box<dyn AnyCall>> {
        self.0.take(limit)
    }
}

impl Scheduler for Calls {
    type Batch = Vec<Box<dyn AnyCall>>;
    type Ticket = ();

    fn len(&self) -> usize {
        self.0.len()
    }

    fn take_batch(&mut self) -> Option<(Self::Batch, ())> {
        self.0.take_batch()
    }
}
