//! The scheduler: which calls wait, which of them are sent as the next batch, and whether another worker sends it.

use std::collections::VecDeque;

use super::call::Call;

/// How many commands may be in flight: enough that few calls wait for an answer to others, and no more,
/// since a server carries out one after the other and each would carry fewer calls.
const MAX_IN_FLIGHT: usize = 4;

/// How many calls one command may carry.
const MAX_BATCH: usize = 128;

/// How many bytes it may carry, there and back, before it takes no further call.
const MAX_BATCH_SIZE: usize = 1 << 20;

/// The calls that wait, and the workers that send them.
#[derive(Default)]
pub(super) struct Scheduler {
    waiting: VecDeque<Call>,
    workers: usize,
    /// Whether one of the workers is about to take a batch.
    is_collecting: bool,
    /// The size of the largest answer to the last command: how large answers are is not known
    /// before, and all of a command's come at once.
    largest_answer: usize,
}

impl Scheduler {
    pub(super) fn push(&mut self, call: Call) {
        self.waiting.push_back(call);
    }

    /// Counts one more worker, which is about to take a batch, if there is to be one.
    pub(super) fn add_worker(&mut self) -> bool {
        let adds = !self.is_collecting && !self.waiting.is_empty() && self.workers < MAX_IN_FLIGHT;
        if adds {
            self.is_collecting = true;
            self.workers += 1;
        }
        adds
    }

    /// The next batch, which the worker sends that was about to take one.
    pub(super) fn take_batch(&mut self) -> Vec<Call> {
        self.is_collecting = false;
        self.next_batch()
    }

    /// The worker is about to take another batch; or it is done, and is counted no more.
    pub(super) fn continue_or_end(&mut self) -> bool {
        let continues = !self.is_collecting && !self.waiting.is_empty();
        if continues {
            self.is_collecting = true;
        } else {
            self.workers -= 1;
        }
        continues
    }

    pub(super) fn note_largest_answer(&mut self, size: usize) {
        self.largest_answer = size;
    }

    /// A worker was dropped before it was done, which may have been about to take a batch. Returns
    /// the calls that no worker is left for.
    pub(super) fn lost_worker(&mut self, was_collecting: bool) -> Vec<Call> {
        self.workers -= 1;
        self.is_collecting &= !was_collecting;
        if self.workers == 0 { self.waiting.drain(..).collect() } else { Vec::new() }
    }

    /// The call that has waited longest, and those that can share its command. The others keep their
    /// places; abandoned ones are dropped.
    fn next_batch(&mut self) -> Vec<Call> {
        let mut batch: Vec<Call> = Vec::new();
        let mut size = 0;
        let mut passed_over = Vec::new();
        while batch.len() < MAX_BATCH
            && size < MAX_BATCH_SIZE
            && let Some(call) = self.waiting.pop_front()
        {
            if call.is_abandoned() {
                continue;
            }
            if batch.first().is_none_or(|first| first.shares_command_with(&call)) {
                size += call.invocation.size() + self.largest_answer;
                batch.push(call);
            } else {
                passed_over.push(call);
            }
        }
        for call in passed_over.into_iter().rev() {
            self.waiting.push_front(call);
        }
        batch
    }
}
