//! The scheduler: which calls wait, and which of them are sent as the next command.

use std::collections::VecDeque;

use session_core::store::batch;
use tokio::time::Instant;

use super::call::Call;

/// How many calls one command may carry.
const MAX_BATCH: usize = 128;

/// How many bytes it may carry, there and back, before it takes no further call.
const MAX_BATCH_SIZE: usize = 1 << 20;

/// The calls that wait.
#[derive(Default)]
pub(crate) struct Scheduler {
    waiting: VecDeque<Call>,
    /// The size of the largest answer to the last command: how large answers are is not known
    /// before, and all of a command's come at once.
    largest_answer: usize,
}

impl Scheduler {
    pub(super) fn push(&mut self, call: Call) {
        self.waiting.push_back(call);
    }

    pub(super) fn note_largest_answer(&mut self, size: usize) {
        self.largest_answer = size;
    }
}

impl batch::Scheduler for Scheduler {
    type Batch = Vec<Call>;
    type Ticket = ();

    fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The call that has waited longest, and those that can share its command. The others keep their
    /// places.
    fn take_batch(&mut self) -> Option<(Vec<Call>, ())> {
        let now = Instant::now();
        let mut batch: Vec<Call> = Vec::new();
        let mut size = 0;
        let mut passed_over = Vec::new();
        while batch.len() < MAX_BATCH
            && size < MAX_BATCH_SIZE
            && let Some(call) = self.waiting.pop_front()
        {
            if call.is_abandoned(now) {
                continue;
            }
            let request = &call.request;
            if batch.first().is_none_or(|first| first.request.shares_command_with(request)) {
                size += request.invocation.size() + self.largest_answer;
                batch.push(call);
            } else {
                passed_over.push(call);
            }
        }
        for call in passed_over.into_iter().rev() {
            self.waiting.push_front(call);
        }
        (!batch.is_empty()).then_some((batch, ()))
    }
}
