//! Batches under way, and when the next one of a kind may go out beside them.

use std::sync::Arc;
use std::time::Duration;

use super::lane::Lanes;
use super::queue::Waiting;

/// A batch that has taken this long is slow: its row may be locked from outside, or the server
/// may hang. What waits does not mind it any more.
pub(super) const SLOW: Duration = Duration::from_millis(10);

/// How many calls of one kind are under way, without those of slow batches.
#[derive(Clone, Copy, Default)]
pub(super) struct Away(usize);

impl Away {
    /// Whether so many that wait may go out beside them, of which `most` travel together.
    ///
    /// Each batch costs the server a start, a commit and a flush to the disk, so of many callers
    /// there are to be few batches, and large ones: another goes out only if it is twice what is
    /// under way. Otherwise what waits goes out when a batch comes back, which waits for no timer. As
    /// long as there are fewer calls than workers, each has its own and goes out at once.
    pub(super) fn lets_go(self, waiting: usize, workers: usize, most: usize) -> bool {
        waiting > 0 && (self.0 < workers || waiting >= most.min(2 * self.0))
    }
}

/// A batch under way: what waits minds it until it is slow, or is dropped.
pub(super) struct UnderWay {
    waiting: Arc<Waiting>,
    kind: fn(&mut Lanes) -> &mut Away,
    calls: usize,
    writes: bool,
}

impl UnderWay {
    /// Counts it among those of its kind.
    pub(super) fn new(
        waiting: Arc<Waiting>,
        lanes: &mut Lanes,
        kind: fn(&mut Lanes) -> &mut Away,
        calls: usize,
        writes: bool,
    ) -> Self {
        kind(lanes).0 += calls;
        lanes.writing += usize::from(writes);
        Self { waiting, kind, calls, writes }
    }

    /// It is slow.
    pub(super) fn is_slow(&mut self) {
        let calls = std::mem::take(&mut self.calls);
        self.waiting.change(|lanes| (self.kind)(lanes).0 -= calls);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.waiting.change(|lanes| {
            (self.kind)(lanes).0 -= self.calls;
            lanes.writing -= usize::from(self.writes);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_calls_go_out_at_once_each_for_itself() {
        for away in 0..8 {
            assert!(Away(away).lets_go(1, 8, 128), "{away}");
        }
        assert!(!Away(8).lets_go(1, 8, 128));
        assert!(!Away(0).lets_go(0, 8, 128), "there is nothing to go");
    }

    #[test]
    fn of_many_calls_another_batch_goes_out_if_it_is_much_larger_or_full() {
        assert!(!Away(20).lets_go(39, 8, 128));
        assert!(Away(20).lets_go(40, 8, 128));
        assert!(!Away(120).lets_go(127, 8, 128));
        assert!(Away(120).lets_go(128, 8, 128), "it can grow no more");
        assert!(Away(20).lets_go(1, 8, 1), "it never travels with others");
    }
}
