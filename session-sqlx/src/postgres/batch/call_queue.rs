//! The calls of one kind that wait, of which those that can travel together leave together.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::call::Call;
use super::in_flight::InFlight;
use crate::postgres::sql::{Claims, Statement};

/// The waiting calls of one kind, and how many of the kind are in flight.
pub(super) struct CallQueue<S: Statement> {
    /// Each with its number among the calls of all kinds.
    calls: VecDeque<(u64, Call<S>)>,
    pub(super) in_flight: InFlight,
}

impl<S: Statement> CallQueue<S> {
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn push(&mut self, number: u64, call: Call<S>) {
        self.calls.push_back((number, call));
    }

    /// The number of the first call.
    pub(super) fn first(&self) -> Option<u64> {
        self.calls.front().map(|(number, _)| *number)
    }

    /// Takes the calls that have waited longest and can travel together. A call that would meet
    /// another of them on its row keeps its place for the next batch; abandoned calls are dropped.
    pub(super) fn take_batch(&mut self) -> Vec<Call<S>> {
        let now = Instant::now();
        let mut batch = Vec::new();
        let mut claims = Claims::default();
        let mut left = Vec::new();
        while batch.len() < S::MAX_BATCH
            && let Some((number, call)) = self.calls.pop_front()
        {
            if call.is_abandoned(now) {
                continue;
            }
            if call.request.claim(&mut claims) {
                batch.push(call);
            } else {
                left.push((number, call));
            }
        }
        for call in left.into_iter().rev() {
            self.calls.push_front(call);
        }
        batch
    }
}

impl<S: Statement> Default for CallQueue<S> {
    fn default() -> Self {
        Self { calls: VecDeque::new(), in_flight: InFlight::default() }
    }
}
