//! The store's clock: what has been seen of it, and when a request came in by it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::crypto::time::Timestamp;
use crate::store::REVOCATIONS_LAST;

/// When a request came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    instant: Instant,
    store_time: StoreTime,
}

/// When a request came in, on the store's clock.
#[derive(Clone, Copy, Debug)]
enum StoreTime {
    /// At this moment: it is named in place of what the clock shows.
    At(Timestamp),
    /// After this moment, which it had shown before.
    After(Timestamp),
    Unknown,
}

/// The latest that this process has seen of the store's clock. Whatever comes in from now on came
/// in after that.
#[derive(Debug)]
pub(crate) struct LatestReading(AtomicI64);

impl LatestReading {
    const UNKNOWN: i64 = i64::MIN;
    /// A clock that shows so much less than before was set back.
    const SET_BACK: Duration = Duration::from_mins(1);

    pub(crate) fn observe(&self, shown: Timestamp) {
        let before = self.0.fetch_max(shown.micros(), Ordering::Relaxed);
        if Timestamp::from_micros(before).since(shown) > Self::SET_BACK {
            self.0.store(shown.micros(), Ordering::Relaxed);
        }
    }

    fn get(&self) -> Option<Timestamp> {
        let latest = self.0.load(Ordering::Relaxed);
        (latest != Self::UNKNOWN).then_some(Timestamp::from_micros(latest))
    }
}

impl Default for LatestReading {
    fn default() -> Self {
        Self(AtomicI64::new(Self::UNKNOWN))
    }
}

/// What the store's clock showed before an answer of it had come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockReading {
    pub(crate) time: Timestamp,
    pub(crate) instant: Instant,
}

impl ClockReading {
    /// An answer that has just come.
    pub(crate) fn now(time: Timestamp) -> Self {
        Self { time, instant: Instant::now() }
    }

    /// What that clock shows by now.
    pub(crate) fn current(&self) -> Timestamp {
        self.time.plus(self.instant.elapsed())
    }
}

impl Arrival {
    /// Now: at this moment of a clock in place of the store's, if there is one.
    pub(crate) fn now(named: Option<Timestamp>, latest: &LatestReading) -> Self {
        let store_time = match (named, latest.get()) {
            (Some(moment), _) => StoreTime::At(moment),
            (None, Some(moment)) => StoreTime::After(moment),
            (None, None) => StoreTime::Unknown,
        };
        Self { instant: Instant::now(), store_time }
    }

    /// As if it had come in at this moment, which the store's clock has shown.
    pub(crate) fn at(reading: ClockReading) -> Self {
        Self { instant: reading.instant, store_time: StoreTime::At(reading.time) }
    }

    /// A moment on the store's clock that is not after the arrival, if one is known.
    pub(crate) fn known(&self) -> Option<Timestamp> {
        match self.store_time {
            StoreTime::At(moment) | StoreTime::After(moment) => Some(moment),
            StoreTime::Unknown => None,
        }
    }

    /// The same, more closely, by an answer that came after the arrival: as much before what that
    /// showed as has passed in between.
    pub(crate) fn on_store(&self, reading: ClockReading) -> Timestamp {
        let before = reading.time.minus(reading.instant.saturating_duration_since(self.instant));
        match self.store_time {
            StoreTime::At(moment) => moment,
            StoreTime::After(moment) => moment.max(before),
            StoreTime::Unknown => before,
        }
    }

    /// Whether it is so long ago that stores may have forgotten what happened since.
    pub(crate) fn is_beyond_revocations(&self) -> bool {
        const MARGIN: Duration = Duration::from_mins(1);
        self.instant.elapsed() + MARGIN > REVOCATIONS_LAST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(seconds: u64) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_tells_when_a_request_came_in_and_never_too_late() {
        let arrival = Arrival::now(None, &LatestReading::default());
        assert_eq!(arrival.known(), None);
        tokio::time::advance(Duration::from_secs(3)).await;
        // It took a second to come, so the request came in a second later than it says.
        assert_eq!(arrival.on_store(ClockReading::now(second(102))), second(99));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_seen_before_the_arrival_was_before_it() {
        let latest = LatestReading::default();
        latest.observe(second(100));
        latest.observe(second(90));
        let arrival = Arrival::now(None, &latest);
        assert_eq!(arrival.known(), Some(second(100)));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(arrival.on_store(ClockReading::now(second(101))), second(100));
        assert_eq!(arrival.on_store(ClockReading::now(second(105))), second(102));
    }

    #[test]
    fn a_clock_that_was_set_back_is_believed() {
        let latest = LatestReading::default();
        latest.observe(second(1000));
        latest.observe(second(900));
        assert_eq!(Arrival::now(None, &latest).known(), Some(second(900)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_named_moment_is_the_moment() {
        let arrival = Arrival::now(Some(second(7)), &LatestReading::default());
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(arrival.on_store(ClockReading::now(second(1000))), second(7));
    }
}
