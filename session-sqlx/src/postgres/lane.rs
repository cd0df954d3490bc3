//! Lanes: calls of one kind wait together, and those that can travel together leave together.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::time::Instant;

use super::call::Call;
use super::queue::Waiting;
use super::sql::{
    Claims, Delete, DeleteAll, Insert, InsertLogIn, List, Load, Statement, Sweep, Touch, Update,
    UpdateLogIn,
};
use super::under_way::{Away, UnderWay};

/// Calls of one kind.
struct Lane<S: Statement> {
    /// Those that wait, each with its number among all calls.
    calls: VecDeque<(u64, Call<S>)>,
    away: Away,
}

impl<S: Statement> Lane<S> {
    /// The number of the first call.
    fn first(&self) -> Option<u64> {
        self.calls.front().map(|(number, _)| *number)
    }

    /// The calls that have waited longest and can travel together. What would meet one of them on
    /// its row keeps its place for the next batch; what nobody waits for any more is dropped.
    fn take(&mut self) -> Vec<Call<S>> {
        let now = Instant::now();
        let mut batch = Vec::new();
        let mut claims = Claims::default();
        let mut left = Vec::new();
        while batch.len() < S::MAX_BATCH
            && let Some((number, call)) = self.calls.pop_front()
        {
            if call.is_over(now) {
                continue;
            }
            if call.statement.claim(&mut claims) {
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

impl<S: Statement> Default for Lane<S> {
    fn default() -> Self {
        Self { calls: VecDeque::new(), away: Away::default() }
    }
}

/// An operation that has a lane.
pub(super) trait Waits: Statement {
    /// Puts a call at its end.
    fn enter(call: Call<Self>, lanes: &mut Lanes);
}

impl Lanes {
    /// How many calls wait.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// The number of this lane's first call, if it may go out now.
    ///
    /// One worker is left to those that wait for no lock, so that they never wait for somebody
    /// who does.
    fn next_of<S: Statement>(&self, lane: &Lane<S>) -> Option<u64> {
        let has_worker = S::READ_ONLY || self.writing + 1 < self.workers.max(2);
        let lets_go = || lane.away.lets_go(lane.calls.len(), self.workers, S::MAX_BATCH);
        if has_worker && lets_go() { lane.first() } else { None }
    }
}

macro_rules! lanes {
    ($($kind:ident: $lane:ident),* $(,)?) => {
        /// Calls of one kind that travel together.
        pub(super) enum Batch {
            $($kind(Vec<Call<$kind>>)),*
        }

        /// What waits for a worker, and how much of each kind is under way.
        pub(super) struct Lanes {
            workers: usize,
            /// Whether a worker was called, and has not come yet.
            pub(super) called: bool,
            /// How many batches are under way that may have to wait for a lock.
            pub(super) writing: usize,
            next: u64,
            length: usize,
            $($lane: Lane<$kind>),*
        }

        impl Lanes {
            pub(super) fn new(workers: usize) -> Self {
                Self {
                    workers,
                    called: false,
                    writing: 0,
                    next: 0,
                    length: 0,
                    $($lane: Lane::default()),*
                }
            }

            /// Whether there is a batch to take.
            pub(super) fn may_go(&self) -> bool {
                false $(|| self.next_of(&self.$lane).is_some())*
            }

            /// Of the calls that may go out now, the one that has waited longest, with those that
            /// can travel with it.
            pub(super) fn take(&mut self, waiting: &Arc<Waiting>) -> Option<(Batch, UnderWay)> {
                while let Some(first) = [$(self.next_of(&self.$lane)),*].into_iter().flatten().min() {
                    $(if self.$lane.first() == Some(first) {
                        let before = self.$lane.calls.len();
                        let calls = self.$lane.take();
                        self.length -= before - self.$lane.calls.len();
                        if !calls.is_empty() {
                            let under_way = UnderWay::new(
                                Arc::clone(waiting),
                                self,
                                |lanes| &mut lanes.$lane.away,
                                calls.len(),
                                !$kind::READ_ONLY,
                            );
                            return Some((Batch::$kind(calls), under_way));
                        }
                    })*
                }
                None
            }
        }

        $(impl Waits for $kind {
            fn enter(call: Call<Self>, lanes: &mut Lanes) {
                lanes.$lane.calls.push_back((lanes.next, call));
                lanes.next += 1;
                lanes.length += 1;
            }
        })*
    };
}

lanes! {
    Load: load,
    Insert: insert,
    Update: update,
    Touch: touch,
    Delete: delete,
    UpdateLogIn: update_log_in,
    InsertLogIn: insert_log_in,
    List: list,
    DeleteAll: delete_all,
    Sweep: sweep,
}
