//! Removes expired sessions from the store, now and then.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::axum::sessions::{Inner, Sessions};
use crate::state::session_state::SessionState;

/// Starts at the first request and ends with the sessions.
#[derive(Debug)]
pub(crate) struct Cleaner {
    interval: Option<Duration>,
    started: AtomicBool,
}

impl Cleaner {
    /// How many sessions one statement removes: few enough to hold no lock for long.
    pub(crate) const BATCH: u32 = 1000;

    pub(crate) fn every(interval: Duration) -> Self {
        Self { interval: Some(interval), started: AtomicBool::new(false) }
    }

    pub(crate) fn never() -> Self {
        Self { interval: None, started: AtomicBool::new(false) }
    }

    /// Whether it would sweep without a pause.
    pub(crate) fn is_restless(&self) -> bool {
        self.interval.is_some_and(|interval| interval.is_zero())
    }

    /// Starts it, unless it runs already.
    pub(crate) fn start<T: SessionState>(&self, inner: &Arc<Inner<T>>) {
        let Some(interval) = self.interval else { return };
        if self.started.load(Ordering::Relaxed) || self.started.swap(true, Ordering::Relaxed) {
            return;
        }
        tokio::spawn(run(Arc::downgrade(inner), interval));
    }
}

impl Default for Cleaner {
    fn default() -> Self {
        Self::every(Duration::from_mins(1))
    }
}

/// An error was told where it happened, and the next round tries again. The pauses differ, so
/// that nodes which started together do not sweep together.
async fn run<T: SessionState>(inner: Weak<Inner<T>>, interval: Duration) {
    loop {
        let Some(sessions) = inner.upgrade().map(Sessions::from_inner) else { return };
        let pause = interval / 2 + sessions.jitter(interval);
        drop(sessions);
        tokio::time::sleep(pause).await;
        let Some(sessions) = inner.upgrade().map(Sessions::from_inner) else { return };
        _ = sessions.clean().await;
    }
}
