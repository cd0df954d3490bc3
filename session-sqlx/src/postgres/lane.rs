//! Lanes: calls of one kind wait together, and those that can travel together leave together.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use session_core::{Handle, store};
use tokio::time::Instant;

use super::call::Call;
use super::queue::Waiting;
use super::statement::{
    Delete, DeleteAll, Insert, List, Load, LogIn, LogInFresh, Statement, Sweep, Touch, Update,
};
use super::under_way::{Away, UnderWay};

/// The fields that one batch may carry, in bytes; a record with more travels alone.
const HEAVIEST: usize = 1 << 20;

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
        while batch.len() < S::MOST
            && let Some((number, call)) = self.calls.pop_front()
        {
            if call.is_over(now) {
                continue;
            }
            if call.statement.joins(&mut claims) {
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

/// What the calls of one batch have to themselves.
#[derive(Default)]
pub(super) struct Claims {
    handles: HashSet<Handle>,
    principals: HashSet<String>,
    bytes: usize,
}

impl Claims {
    /// Claims a row. False if it is somebody's already.
    pub(super) fn row(&mut self, handle: Handle) -> bool {
        self.handles.insert(handle)
    }

    /// Claims a log-in's row and, where others may have to go for it, its principal against others
    /// like it. False if either is somebody's already.
    pub(super) fn log_in(
        &mut self,
        handle: Handle,
        principal: Option<&str>,
        terms: store::LogIn,
    ) -> bool {
        let alone = principal.filter(|_| terms.limit.is_some());
        self.row(handle)
            && alone.is_none_or(|principal| self.principals.insert(principal.to_owned()))
    }

    /// Loads this much. False if it is too much beside the rest.
    pub(super) fn load(&mut self, bytes: usize) -> bool {
        let fits = self.bytes == 0 || self.bytes + bytes <= HEAVIEST;
        self.bytes += if fits { bytes } else { 0 };
        fits
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
        let has_worker = S::READS || self.writing + 1 < self.workers.max(2);
        let lets_go = || lane.away.lets_go(lane.calls.len(), self.workers, S::MOST);
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
                                !$kind::READS,
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
    LogIn: log_in,
    LogInFresh: log_in_fresh,
    List: list,
    DeleteAll: delete_all,
    Sweep: sweep,
}
