//! The cleaner: how often expired sessions are removed from the store, and whether it runs yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Starts at the first request and ends with the sessions. When its task is gone earlier (its runtime
/// has ended, the store has panicked), the next request starts it again.
#[derive(Debug)]
pub(crate) struct Cleaner {
    interval: Option<Duration>,
    runs: Arc<AtomicBool>,
}

/// The cleaner runs, until this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) interval: Duration,
    runs: Arc<AtomicBool>,
}

impl Cleaner {
    pub(crate) fn every(interval: Duration) -> Self {
        Self { interval: Some(interval), runs: Arc::default() }
    }

    pub(crate) fn never() -> Self {
        Self { interval: None, runs: Arc::default() }
    }

    /// Whether it would sweep without a pause.
    pub(crate) fn has_no_pause(&self) -> bool {
        self.interval.is_some_and(|interval| interval.is_zero())
    }

    /// For whoever is to start it, since it does not run.
    pub(crate) fn begin(&self) -> Option<Running> {
        let interval = self.interval?;
        let runs = self.runs.load(Ordering::Relaxed) || self.runs.swap(true, Ordering::Relaxed);
        (!runs).then(|| Running { interval, runs: Arc::clone(&self.runs) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.runs.store(false, Ordering::Relaxed);
    }
}

impl Default for Cleaner {
    fn default() -> Self {
        Self::every(Duration::from_mins(1))
    }
}
