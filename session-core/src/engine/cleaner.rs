//! The cleaner: how often expired sessions are removed from the store, and whether it runs yet.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Starts at the first request and ends with the sessions.
#[derive(Debug)]
pub(crate) struct Cleaner {
    interval: Option<Duration>,
    started: AtomicBool,
}

impl Cleaner {
    pub(crate) fn every(interval: Duration) -> Self {
        Self { interval: Some(interval), started: AtomicBool::new(false) }
    }

    pub(crate) fn never() -> Self {
        Self { interval: None, started: AtomicBool::new(false) }
    }

    /// Whether it would sweep without a pause.
    pub(crate) fn has_no_pause(&self) -> bool {
        self.interval.is_some_and(|interval| interval.is_zero())
    }

    /// The interval, for whoever calls first: that one is to start it.
    pub(crate) fn begin(&self) -> Option<Duration> {
        let interval = self.interval?;
        let has_begun =
            self.started.load(Ordering::Relaxed) || self.started.swap(true, Ordering::Relaxed);
        (!has_begun).then_some(interval)
    }
}

impl Default for Cleaner {
    fn default() -> Self {
        Self::every(Duration::from_mins(1))
    }
}
