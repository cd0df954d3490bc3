//! Moments as a store keeps them, and whose clock tells them.

use std::time::{Duration, SystemTime};

/// A moment in microseconds since 1970-01-01 UTC, the resolution of PostgreSQL's `timestamptz`.
///
/// Arithmetic saturates: a limit can lie at the end of time, never wrap to its beginning.
///
/// ```
/// # use session_core::Timestamp;
/// # use std::time::{Duration, SystemTime};
/// let now = Timestamp::now();
/// let later = now.plus(Duration::from_secs(60));
/// assert_eq!(later.since(now), Duration::from_secs(60));
/// let time: SystemTime = later.into();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// What this machine's clock shows.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// This moment and `span` more.
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// This moment and `span` less.
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// How long it is from `earlier` to this moment; nothing if `earlier` is the later one.
    pub fn since(self, earlier: Self) -> Duration {
        let span = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(span).unwrap_or(0))
    }
}

/// A span in whole microseconds, as a store counts it.
fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Self(micros(after)),
            Err(before) => Self(-micros(before.duration())),
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(Timestamp(micros): Timestamp) -> Self {
        let span = Duration::from_micros(micros.unsigned_abs());
        let time = if micros < 0 {
            Self::UNIX_EPOCH.checked_sub(span)
        } else {
            Self::UNIX_EPOCH.checked_add(span)
        };
        time.unwrap_or(Self::UNIX_EPOCH)
    }
}

/// The clock a store operation goes by.
///
/// In service it is the store's own, so that nodes whose clocks differ agree on when a session
/// ends. A test names the moment instead of waiting for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// The store's clock: the database server's, or this machine's for a store in memory.
    Store,
    /// This moment.
    At(Timestamp),
}

impl Now {
    /// The moment meant, for a store whose clock is this machine's.
    pub fn on_this_machine(self) -> Timestamp {
        match self {
            Self::Store => Timestamp::now(),
            Self::At(moment) => moment,
        }
    }

    /// The moment named, if one is: what a database takes in place of its own `now()`.
    pub fn named(self) -> Option<Timestamp> {
        match self {
            Self::Store => None,
            Self::At(moment) => Some(moment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_comes_back_from_the_systems_time_also_from_before_1970() {
        for micros in [-1_000_005, -1, 0, 1, 1_700_000_000_000_001] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!(Timestamp::from(SystemTime::from(moment)), moment);
        }
        assert!(SystemTime::from(Timestamp::from_micros(-1)) < SystemTime::UNIX_EPOCH);
    }
}
