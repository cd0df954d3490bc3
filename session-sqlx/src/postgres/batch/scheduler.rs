//! The scheduler: which calls wait, and which of them are sent as the next batch.

use session_core::store::batch;

use super::call::Call;
use super::call_queue::CallQueue;
use super::in_flight::InFlight;
use crate::postgres::sql::{
    Alive, Channel, Delete, DeleteAll, Insert, InsertLogIn, List, Load, Remember, Revoked,
    Statement, Sweep, Touch, Update, UpdateLogIn, UpdateWhole,
};

/// A statement that the scheduler has a queue for.
pub(crate) trait Scheduled: Statement {
    /// Puts a call at the end of its queue.
    fn enqueue(call: Call<Self>, scheduler: &mut Scheduler);
}

/// How a batch counts as long as it is in flight.
pub(crate) struct BatchCount {
    kind: fn(&mut Scheduler) -> &mut InFlight,
    /// None any more once the batch is slow.
    calls: usize,
    /// One, unless it only reads.
    writes: usize,
}

impl Scheduler {
    /// The number of this queue's first call, if it may be sent now.
    ///
    /// One worker is left to statements that wait for no lock, so that they never wait for one
    /// that does.
    fn next_of<S: Statement>(&self, queue: &CallQueue<S>) -> Option<u64> {
        let has_worker = S::READ_ONLY || self.writing + 1 < self.workers.max(2);
        let permits = || queue.in_flight.permits(queue.len(), self.workers, S::MAX_BATCH);
        if has_worker && permits() { queue.first() } else { None }
    }

    /// A batch of so many calls is sent, which writes or not.
    fn departed(
        &mut self,
        kind: fn(&mut Self) -> &mut InFlight,
        calls: usize,
        writes: usize,
    ) -> BatchCount {
        kind(self).0 += calls;
        self.writing += writes;
        BatchCount { kind, calls, writes }
    }

    /// The batch has become slow: its calls hold back no others any more.
    pub(super) fn slowed(&mut self, count: &mut BatchCount) {
        (count.kind)(self).0 -= std::mem::take(&mut count.calls);
    }
}

macro_rules! scheduler {
    ($($kind:ident: $queue:ident),* $(,)?) => {
        /// Calls of one kind that travel together.
        pub(crate) enum Batch {
            $($kind(Vec<Call<$kind>>)),*
        }

        /// The calls that wait for a worker, and how many of each kind are in flight.
        pub(crate) struct Scheduler {
            workers: usize,
            /// How many batches are in flight that may have to wait for a lock.
            writing: usize,
            next: u64,
            length: usize,
            $($queue: CallQueue<$kind>),*
        }

        impl Scheduler {
            pub(super) fn new(workers: usize) -> Self {
                Self { workers, writing: 0, next: 0, length: 0, $($queue: CallQueue::default()),* }
            }

        }

        impl batch::Scheduler for Scheduler {
            type Batch = Batch;
            type Ticket = BatchCount;

            fn len(&self) -> usize {
                self.length
            }

            fn is_ready(&self) -> bool {
                false $(|| self.next_of(&self.$queue).is_some())*
            }

            /// Of the calls that may be sent now, takes the one that has waited longest, with those
            /// that can travel with it.
            fn take_batch(&mut self) -> Option<(Batch, BatchCount)> {
                while let Some(first) = [$(self.next_of(&self.$queue)),*].into_iter().flatten().min() {
                    $(if self.$queue.first() == Some(first) {
                        let before = self.$queue.len();
                        let calls = self.$queue.take_batch();
                        self.length -= before - self.$queue.len();
                        if !calls.is_empty() {
                            let count = self.departed(
                                |scheduler| &mut scheduler.$queue.in_flight,
                                calls.len(),
                                usize::from(!$kind::READ_ONLY),
                            );
                            return Some((Batch::$kind(calls), count));
                        }
                    })*
                }
                None
            }

            fn returned(&mut self, count: &BatchCount) {
                (count.kind)(self).0 -= count.calls;
                self.writing -= count.writes;
            }
        }

        $(impl Scheduled for $kind {
            fn enqueue(call: Call<Self>, scheduler: &mut Scheduler) {
                scheduler.$queue.push(scheduler.next, call);
                scheduler.next += 1;
                scheduler.length += 1;
            }
        })*
    };
}

scheduler! {
    Load: load,
    Insert: insert,
    Update: update,
    UpdateWhole: update_whole,
    Touch: touch,
    Delete: delete,
    Remember: remember,
    InsertLogIn: insert_log_in,
    UpdateLogIn: update_log_in,
    Revoked: revoked,
    List: list,
    Alive: alive,
    DeleteAll: delete_all,
    Sweep: sweep,
    Channel: channel,
}
