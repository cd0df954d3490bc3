//! Lanes: calls of one kind wait together, and those that can travel together leave together.

use std::collections::{HashSet, VecDeque};

use session_core::{Handle, store};
use tokio::time::Instant;

use super::call::Call;
use super::statement::{
    Delete, DeleteAll, Insert, List, Load, LogIn, LogInFresh, Statement, Sweep, Touch, Update,
};

/// The fields that one batch may carry, in bytes; a record with more travels alone.
const HEAVIEST: usize = 1 << 20;

/// Calls of one kind, each with its number among all calls.
struct Lane<S: Statement>(VecDeque<(u64, Call<S>)>);

impl<S: Statement> Lane<S> {
    /// The number of the first call.
    fn first(&self) -> Option<u64> {
        self.0.front().map(|(number, _)| *number)
    }

    /// The calls that have waited longest and can travel together. What would meet one of them on
    /// its row keeps its place for the next batch; what nobody waits for any more is dropped.
    fn take(&mut self) -> Vec<Call<S>> {
        let now = Instant::now();
        let mut batch = Vec::new();
        let mut claims = Claims::default();
        let mut left = Vec::new();
        while batch.len() < S::MOST
            && let Some((number, call)) = self.0.pop_front()
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
            self.0.push_front(call);
        }
        batch
    }
}

impl<S: Statement> Default for Lane<S> {
    fn default() -> Self {
        Self(VecDeque::new())
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

macro_rules! lanes {
    ($($kind:ident: $lane:ident),* $(,)?) => {
        /// Calls of one kind that travel together.
        pub(super) enum Batch {
            $($kind(Vec<Call<$kind>>)),*
        }

        /// What waits for a worker.
        #[derive(Default)]
        pub(super) struct Lanes {
            next: u64,
            $($lane: Lane<$kind>),*
        }

        impl Lanes {
            /// How many calls wait.
            pub(super) fn len(&self) -> usize {
                0 $(+ self.$lane.0.len())*
            }

            /// The call that has waited longest, with those that can travel with it.
            pub(super) fn take(&mut self) -> Option<Batch> {
                while let Some(first) = [$(self.$lane.first()),*].into_iter().flatten().min() {
                    $(if self.$lane.first() == Some(first) {
                        let calls = self.$lane.take();
                        if !calls.is_empty() {
                            return Some(Batch::$kind(calls));
                        }
                    })*
                }
                None
            }
        }

        $(impl Waits for $kind {
            fn enter(call: Call<Self>, lanes: &mut Lanes) {
                lanes.$lane.0.push_back((lanes.next, call));
                lanes.next += 1;
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
