//! The liveness of a connection: whether it still answers, as far as anybody knows.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Whether a connection still answers.
///
/// A caller may leave before it can say that it got no answer. So each notes when it sends, an answer to
/// anyone deletes the note, and the next caller sees how long the connection has been silent.
pub(super) struct Liveness {
    opened: Instant,
    /// When the first command was sent that nothing was answered to since: one more than the microseconds
    /// that the connection was old, or zero.
    sent: AtomicU64,
    /// When the last answer came, in microseconds of the connection's age.
    answered: AtomicU64,
    closed: AtomicBool,
}

impl Liveness {
    pub(super) fn new() -> Self {
        Self {
            opened: Instant::now(),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        }
    }

    pub(super) fn opened(&self) -> Instant {
        self.opened
    }

    pub(super) fn note_sent(&self) {
        let now = self.age().saturating_add(1);
        // Only the first command counts, so it does not matter if this fails.
        let _ = self.sent.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(super) fn note_answered(&self) {
        self.sent.store(0, Ordering::Relaxed);
        self.answered.store(self.age(), Ordering::Relaxed);
    }

    pub(super) fn note_closed(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Whether nobody waits for an answer, and the last one came as long ago as this.
    pub(super) fn is_idle(&self, for_at_least: Duration) -> bool {
        let idle = self.age().saturating_sub(self.answered.load(Ordering::Relaxed));
        self.sent.load(Ordering::Relaxed) == 0 && Duration::from_micros(idle) >= for_at_least
    }

    /// Whether the connection is not closed, and has not been silent for this long.
    pub(super) fn is_alive(&self, response_timeout: Duration) -> bool {
        let silent = match self.sent.load(Ordering::Relaxed) {
            0 => 0,
            sent => self.age().saturating_sub(sent - 1),
        };
        !self.closed.load(Ordering::Relaxed) && Duration::from_micros(silent) < response_timeout
    }

    /// In microseconds.
    fn age(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
