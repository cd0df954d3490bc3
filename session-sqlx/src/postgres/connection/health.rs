//! The health of a store's connections: how many are open, and why others cannot be opened.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use session_core::StoreError;

use super::open_error::OpenError;

/// How the connections of all workers of a store stand with their server.
pub(crate) struct Health {
    workers: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: usize,
    /// How many workers have tried in vain to connect, and try again.
    refused: usize,
    /// Why the last attempt to connect failed, if all that tried have not succeeded since.
    last_error: Option<OpenError>,
    /// How many were open when the log was told last, if it was told of a fault.
    reported: Option<usize>,
    /// How many workers a pooler serves at once, if not all.
    share: Option<usize>,
}

impl Health {
    pub(crate) fn new(workers: usize) -> Self {
        Self { workers, state: Mutex::default() }
    }

    /// The error of a call that was not answered within the deadline.
    pub(crate) fn deadline_error(&self, deadline: Duration) -> StoreError {
        let state = self.state();
        match &state.last_error {
            Some(error) if state.open == 0 || error.is_of_all() => error.store_error(),
            _ => StoreError::Deadline(deadline),
        }
    }

    /// How many connections are missing, and why. None are as long as nobody was refused:
    /// connections are opened at the first use.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> {
        let state = self.state();
        let error = state.last_error.as_ref().filter(|_| state.refused > 0);
        let missing = error.map(|error| {
            format!("{} of {} connections are open: {error}", state.open, self.workers)
        });
        let waiting = state.share.map(|share| self.waiting(share));
        missing.into_iter().chain(waiting)
    }

    /// A pooler was seen to serve so many workers at once.
    pub(crate) fn has_share(&self, share: usize) {
        if share >= self.workers {
            return;
        }
        self.state().share = Some(share);
        tracing::warn!(target: "session", "{}", self.waiting(share));
    }

    fn waiting(&self, share: usize) -> String {
        format!(
            "the pooler has {share} connections to the server for {} workers, of which the others wait: raise \
             its `pool_size` (`default_pool_size`), or lower the store's `workers`",
            self.workers
        )
    }

    pub(super) fn opened(&self, was_refused: bool) {
        let mut state = self.state();
        state.open += 1;
        if was_refused {
            state.refused -= 1;
        }
        if state.refused == 0 {
            state.last_error = None;
            if state.reported.take().is_some() {
                tracing::info!(
                    target: "session",
                    open = state.open,
                    workers = self.workers,
                    "PostgreSQL lets all connections in again"
                );
            }
        }
    }

    pub(super) fn closed(&self) {
        self.state().open -= 1;
    }

    /// A worker was refused, for the first time or once more.
    pub(super) fn refused(&self, error: OpenError, is_first: bool) {
        let mut state = self.state();
        state.refused += usize::from(is_first);
        // As long as others are on their way, their number says nothing.
        let is_settled = state.open + state.refused >= self.workers;
        // The others will see it when they are used.
        let is_of_all = error.is_of_all() || state.open == 0;
        let open = if is_of_all { 0 } else { state.open };
        if (is_settled || error.is_of_all()) && state.reported != Some(open) {
            state.reported = Some(open);
            let workers = self.workers;
            if is_of_all {
                tracing::warn!(
                    target: "session",
                    %error,
                    "no connection to PostgreSQL can be opened; trying again"
                );
            } else {
                tracing::warn!(
                    target: "session",
                    %error,
                    "{open} of {workers} connections to PostgreSQL are open; trying again"
                );
            }
        }
        state.last_error = Some(error);
    }

    /// A worker that was refused tries no more.
    pub(super) fn gave_up(&self) {
        self.state().refused -= 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
