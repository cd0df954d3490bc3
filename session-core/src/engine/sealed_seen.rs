//! When a session was last in use, as the bytes of its seen cookie.

use std::time::Duration;

use crate::crypto::time::Timestamp;
use crate::engine::sealed_record::{MOMENT, decode_moment, encode_moment};
use crate::store::Times;

const VERSION: u8 = 1;

/// How many bytes it is.
pub(crate) const LENGTH: usize = 1 + 2 * MOMENT;

/// When a session was last in use, and when it ends unless it is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    seen: Timestamp,
    expires: Timestamp,
}

impl Seen {
    pub(crate) fn of(times: &Times) -> Self {
        Self { seen: times.seen, expires: times.expires }
    }

    pub(crate) fn encode(self) -> [u8; LENGTH] {
        let mut bytes = [VERSION; LENGTH];
        bytes[1..=MOMENT].copy_from_slice(&encode_moment(self.seen));
        bytes[1 + MOMENT..].copy_from_slice(&encode_moment(self.expires));
        bytes
    }

    /// What these bytes say, if they say that.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (&version, moments) = bytes.split_first()?;
        let (seen, expires) = moments.split_first_chunk()?;
        let (seen, expires) = (decode_moment(*seen)?, decode_moment(expires.try_into().ok()?)?);
        (version == VERSION).then_some(Self { seen, expires })
    }

    /// Moves a session's times on, if it says that the session was in use later than they say. It
    /// never passes the absolute limit, and is not believed if it is of the future, but for what the
    /// clocks of nodes may differ.
    pub(crate) fn apply(self, times: &mut Times, clock_skew: Duration) {
        if self.seen > times.seen && self.seen <= times.now.plus(clock_skew) {
            times.seen = self.seen;
            times.expires = self.expires.min(times.absolute);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(seconds: u64) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
    }

    /// Seen at second 100, an hour of idle limit, a day in all; now it is second 5000.
    fn times() -> Times {
        Times::new(second(5000), second(0), second(100), second(3700), second(86_400))
    }

    #[test]
    fn what_is_encoded_comes_back_and_nothing_else_does() {
        let seen = Seen::of(&times());
        let bytes = seen.encode();
        assert_eq!(Seen::decode(&bytes), Some(seen));
        for length in 0..bytes.len() {
            assert_eq!(Seen::decode(&bytes[..length]), None);
        }
        assert_eq!(Seen::decode(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Seen::decode(&[&[2], &bytes[1..]].concat()), None, "another version");
    }

    #[test]
    fn the_later_use_counts_within_the_absolute_limit() {
        let skew = Duration::from_mins(5);
        for (seen, expires, expected) in [
            (4000, 7600, (4000, 7600)),
            // As late as the session's own, or earlier.
            (100, 9999, (100, 3700)),
            (99, 9999, (100, 3700)),
            // A lower idle limit is one too.
            (101, 2000, (101, 2000)),
            (4000, 99_999, (4000, 86_400)),
            // Clocks of nodes differ, but not more.
            (5300, 8900, (5300, 8900)),
            (5301, 8901, (100, 3700)),
            (281_474_976_710, 281_474_976_710, (100, 3700)),
        ] {
            let mut moved = times();
            Seen { seen: second(seen), expires: second(expires) }.apply(&mut moved, skew);
            assert_eq!((moved.seen, moved.expires), (second(expected.0), second(expected.1)));
            assert_eq!(moved.absolute, times().absolute);
        }
    }
}
