//! The arguments of a script: bytes as they are, and numbers in decimal digits.

use std::time::Duration;

use redis::Cmd;
use session_core::store::LogIn;
use session_core::{Now, Timestamp};

/// Half of the largest number up to which Lua counts without gaps, so that a timestamp and a duration can be
/// added: in microseconds it is the year 2112, or 142 years.
const MAX_MICROS: i64 = 1 << 52;

/// One argument of a script.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument<'a> {
    /// As it is.
    Bytes(&'a [u8]),
    /// In decimal digits.
    Number(i64),
}

impl Argument<'_> {
    /// An argument that is not given.
    pub(crate) const NONE: Self = Argument::Bytes(b"");

    /// Its length in bytes, at most.
    pub(super) fn max_len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Number(_) => 20,
        }
    }

    pub(super) fn add_to(&self, command: &mut Cmd) {
        match self {
            Self::Bytes(bytes) => command.arg(*bytes),
            Self::Number(number) => command.arg(*number),
        };
    }
}

impl Argument<'static> {
    /// The time to go by, or none for the server's clock.
    pub(super) fn clock(now: Now) -> Self {
        now.named().map_or(Argument::NONE, Self::timestamp)
    }

    /// When a log-in began, or none if that is not known.
    pub(crate) fn began(log_in: LogIn) -> Self {
        log_in.began.map_or(Argument::NONE, Self::timestamp)
    }

    /// How many sessions a log-in leaves to its principal, or none if there is no limit.
    pub(crate) fn session_limit(log_in: LogIn) -> Self {
        log_in.limit.map_or(Argument::NONE, |limit| Argument::Number(limit.get().into()))
    }

    /// A duration, in whole microseconds.
    pub(crate) fn duration(duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(MAX_MICROS);
        Argument::Number(micros.min(MAX_MICROS))
    }

    /// A timestamp, in whole microseconds.
    pub(crate) fn timestamp(timestamp: Timestamp) -> Self {
        Argument::Number(timestamp.micros().clamp(-MAX_MICROS, MAX_MICROS))
    }
}
