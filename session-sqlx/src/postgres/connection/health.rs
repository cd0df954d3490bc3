//! The health of a store's connections: how many are open, and why none can be opened.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use session_core::StoreError;

/// How the connections of all workers of a store stand with their server.
#[derive(Default)]
pub(crate) struct Health(Mutex<State>);

#[derive(Default)]
struct State {
    open: usize,
    /// Why the last attempt to connect failed, if none has succeeded since.
    last_error: Option<Arc<sqlx::Error>>,
    /// Whether it was said in the log that the server cannot be reached.
    reported: bool,
}

impl Health {
    /// The error of a call that was not answered within the deadline.
    pub(crate) fn deadline_error(&self, deadline: Duration) -> StoreError {
        let state = self.state();
        match &state.last_error {
            Some(error) if state.open == 0 => StoreError::failed(Unreachable(Arc::clone(error))),
            _ => StoreError::Deadline(deadline),
        }
    }

    pub(super) fn opened(&self) {
        let mut state = self.state();
        state.open += 1;
        state.last_error = None;
        if std::mem::take(&mut state.reported) {
            tracing::info!("PostgreSQL can be reached again");
        }
    }

    pub(super) fn closed(&self) {
        self.state().open -= 1;
    }

    pub(super) fn failed(&self, error: sqlx::Error) {
        let mut state = self.state();
        if state.open == 0 && !state.reported {
            tracing::warn!(%error, "PostgreSQL cannot be reached; trying again");
            state.reported = true;
        }
        state.last_error = Some(Arc::new(error));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No worker has a connection: the source of a [`StoreError::Failed`]. They keep trying.
#[derive(Clone, thiserror::Error)]
#[error("PostgreSQL cannot be reached")]
pub struct Unreachable(#[source] Arc<sqlx::Error>);

session_core::debug_in_words!(Unreachable);
