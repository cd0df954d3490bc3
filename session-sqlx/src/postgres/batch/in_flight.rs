//! The calls in flight, and when another batch of their kind may be sent beside them.

use std::time::Duration;

/// A batch that has taken this long is slow: its row may be locked from outside, or the server
/// may hang. It holds back no other batch any more.
pub(super) const SLOW_AFTER: Duration = Duration::from_millis(10);

/// How many calls of one kind are in flight, without those of slow batches.
#[derive(Clone, Copy, Default)]
pub(super) struct InFlight(pub(super) usize);

impl InFlight {
    /// Whether a batch of so many waiting calls may be sent beside them, of which `max_batch` fit
    /// into one.
    ///
    /// Each batch costs the server a start, a commit and a flush to the disk, so of many callers
    /// there are to be few batches, and large ones: another is sent only if it is twice what is
    /// in flight. Otherwise the waiting calls are sent when a batch is answered, which waits for no
    /// timer. As long as there are fewer calls than workers, each is sent at once by itself.
    pub(super) fn permits(self, waiting: usize, workers: usize, max_batch: usize) -> bool {
        waiting > 0 && (self.0 < workers || waiting >= max_batch.min(2 * self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_calls_are_sent_at_once_each_by_itself() {
        for calls in 0..8 {
            assert!(InFlight(calls).permits(1, 8, 128), "{calls}");
        }
        assert!(!InFlight(8).permits(1, 8, 128));
        assert!(!InFlight(0).permits(0, 8, 128), "no call waits");
    }

    #[test]
    fn of_many_calls_another_batch_is_sent_if_it_is_twice_as_large_or_full() {
        assert!(!InFlight(20).permits(39, 8, 128));
        assert!(InFlight(20).permits(40, 8, 128));
        assert!(!InFlight(120).permits(127, 8, 128));
        assert!(InFlight(120).permits(128, 8, 128), "it can grow no more");
        assert!(InFlight(20).permits(1, 8, 1), "it never travels with others");
    }
}
