//! How long a session lives: one policy for the record, the cookie and the store.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::rotation::OFFER_TIMEOUT;
use crate::state::frame::{self, EncodeError};
use crate::store::Times;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The longest a cookie lives in a browser, and so a session: 400 days (RFC 6265bis, 5.5).
pub(crate) const MAX_LIFETIME: Duration = Duration::from_secs(400 * DAY);

/// How long a persistent cookie lives: as long as the session may.
pub(crate) fn max_age(times: &Times) -> Duration {
    times.absolute.since(times.now).min(MAX_LIFETIME)
}

/// Idle and absolute limit of a session, both finite; and those of a remembered one.
///
/// The idle limit counts from the last request, the absolute one from the last log-in (or the
/// creation, of a session that nobody logged in to); activity never extends the absolute one.
/// The presets are named for the authentication assurance levels of NIST SP 800-63B-4, 2.1.3,
/// 2.2.3 and 2.3.3.
///
/// The default has the limits of [`Lifetime::AAL2`], and [longer ones](Self::remembering) for whoever asks
/// to be remembered: 30 days in all, 14 days idle. A preset has none, so that it stays what its name says.
///
/// ```
/// # use session_core::Lifetime;
/// # use std::time::Duration;
/// let shift = Lifetime::new(Duration::from_secs(8 * 3600), Duration::from_secs(20 * 60))?;
/// assert_eq!(shift.idle(), Duration::from_secs(1200));
/// # Ok::<(), session_core::LifetimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias("expire", "expiry", "timeout", "ttl", "max_age"))]
pub struct Lifetime {
    limits: Limits,
    remembered: Option<Limits>,
    /// The age at which a secret is renewed.
    rotation: Duration,
}

/// The limits of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How long it lives after its log-in, whatever happens.
    pub(crate) absolute: Duration,
    /// How long it lives without a request.
    pub(crate) idle: Duration,
}

impl Limits {
    const fn seconds(absolute: u64, idle: u64) -> Self {
        Self { absolute: Duration::from_secs(absolute), idle: Duration::from_secs(idle) }
    }

    fn new(absolute: Duration, idle: Duration) -> Result<Self, LifetimeError> {
        let possible = Duration::from_secs(1)..=MAX_LIFETIME;
        if !possible.contains(&absolute) || !possible.contains(&idle) {
            return Err(LifetimeError::OutOfRange);
        }
        if idle > absolute {
            return Err(LifetimeError::IdleIsLonger { absolute, idle });
        }
        Ok(Self { absolute, idle })
    }

    /// How stale "last seen" may be before a read renews it: a tenth of the idle limit, so that
    /// a busy session costs one small write per interval rather than one per request.
    pub(crate) fn renewal(self) -> Duration {
        self.idle / 10
    }
}

impl Lifetime {
    /// 30 days in all, 7 days idle.
    pub const AAL1: Self = Self::seconds(30 * DAY, 7 * DAY);
    /// 24 hours in all, 1 hour idle: the default, but for who asks to be remembered.
    pub const AAL2: Self = Self::seconds(DAY, HOUR);
    /// 12 hours in all, 15 minutes idle.
    pub const AAL3: Self = Self::seconds(12 * HOUR, 15 * MINUTE);

    const fn seconds(absolute: u64, idle: u64) -> Self {
        let limits = Limits::seconds(absolute, idle);
        Self { limits, remembered: None, rotation: limits.idle }
    }

    /// One's own limits: `absolute` in all, `idle` without a request.
    ///
    /// ```
    /// # use session_core::{Lifetime, LifetimeError};
    /// # use std::time::Duration;
    /// const HOUR: Duration = Duration::from_secs(3600);
    /// let shift = Lifetime::new(8 * HOUR, HOUR)?;
    ///
    /// let error = Lifetime::new(HOUR, 8 * HOUR).unwrap_err();
    /// assert!(matches!(error, LifetimeError::IdleIsLonger { .. }));
    /// # Ok::<(), LifetimeError>(())
    /// ```
    ///
    /// # Errors
    /// When either is shorter than a second or longer than 400 days, or `idle` is the longer.
    pub fn new(absolute: Duration, idle: Duration) -> Result<Self, LifetimeError> {
        Ok(Self { limits: Limits::new(absolute, idle)?, remembered: None, rotation: idle })
    }

    /// Other limits for sessions that are remembered ([`Session::remember`](crate::Session::remember)):
    /// `absolute` in all, `idle` without a request. Without this they have the same as all others.
    ///
    /// Which limits a session has is decided at each log-in, or where a session of nobody begins. A
    /// later `remember` changes how long the cookie lives, and the limits at the next log-in.
    ///
    /// ```
    /// # use session_core::Lifetime;
    /// # use std::time::Duration;
    /// const DAY: Duration = Duration::from_secs(24 * 3600);
    /// let lifetime = Lifetime::AAL2.remembering(90 * DAY, 30 * DAY)?;
    /// # Ok::<(), session_core::LifetimeError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn remembering(self, absolute: Duration, idle: Duration) -> Result<Self, LifetimeError> {
        Ok(Self { remembered: Some(Limits::new(absolute, idle)?), ..self })
    }

    /// Gives a session in use a new secret when the one that its cookie carries is this old: the
    /// idle limit, unless told otherwise. The old one stays good until the browser has shown the
    /// new one, and for ten seconds more, and the new one is the same in each response, so that neither
    /// a lost or late response nor parallel requests log anybody out. Sealed cookies have no secret to renew.
    ///
    /// ```
    /// # use session_core::{Lifetime, LifetimeError};
    /// # use std::time::Duration;
    /// const HOUR: Duration = Duration::from_secs(3600);
    /// let lifetime = Lifetime::AAL2.rotating_every(HOUR / 4)?;
    /// # Ok::<(), LifetimeError>(())
    /// ```
    ///
    /// # Errors
    /// When the age is under a minute.
    pub fn rotating_every(self, age: Duration) -> Result<Self, LifetimeError> {
        if age < OFFER_TIMEOUT {
            return Err(LifetimeError::RotatesTooOften);
        }
        Ok(Self { rotation: age, ..self })
    }

    /// Keeps the secret for as long as nobody logs in or out.
    ///
    /// ```
    /// # use session_core::{Lifetime, LifetimeError};
    /// # use std::time::Duration;
    /// const HOUR: Duration = Duration::from_secs(3600);
    /// let lifetime = Lifetime::AAL2.without_rotation();
    /// # Ok::<(), LifetimeError>(())
    /// ```
    pub const fn without_rotation(self) -> Self {
        Self { rotation: Duration::MAX, ..self }
    }

    /// How long a session that is not remembered lives after its log-in, whatever happens.
    ///
    /// ```
    /// # use session_core::{Lifetime, LifetimeError};
    /// # use std::time::Duration;
    /// const HOUR: Duration = Duration::from_secs(3600);
    /// assert_eq!(Lifetime::AAL3.absolute(), 12 * HOUR);
    /// # Ok::<(), LifetimeError>(())
    /// ```
    pub const fn absolute(self) -> Duration {
        self.limits.absolute
    }

    /// How long a session that is not remembered lives without a request.
    ///
    /// ```
    /// # use session_core::{Lifetime, LifetimeError};
    /// # use std::time::Duration;
    /// const HOUR: Duration = Duration::from_secs(3600);
    /// assert_eq!(Lifetime::AAL3.idle(), HOUR / 4);
    /// # Ok::<(), LifetimeError>(())
    /// ```
    pub const fn idle(self) -> Duration {
        self.limits.idle
    }

    /// The limits that a session of this row has.
    pub(crate) fn limits(self, row: Row) -> Limits {
        match row {
            Row::Plain => self.limits,
            Row::Remembered => self.remembered.unwrap_or(self.limits),
        }
    }

    /// The row of a session whose log-in, or whose beginning, asks to be remembered or not.
    pub(crate) fn row(self, persistent: bool) -> Row {
        if persistent && self.remembered.is_some() { Row::Remembered } else { Row::Plain }
    }

    /// How long a session lives at most after its log-in, whatever it is.
    pub(crate) fn longest(self) -> Duration {
        let remembered = self.remembered.map_or(Duration::ZERO, |limits| limits.absolute);
        self.limits.absolute.max(remembered)
    }

    /// How stale "last seen" is at least before a read renews it, whatever limits the session has.
    pub(crate) fn shortest_renewal(self) -> Duration {
        let remembered = self.remembered.unwrap_or(self.limits);
        self.limits.renewal().min(remembered.renewal())
    }

    /// The age at which a secret is renewed.
    pub(crate) const fn rotation(self) -> Duration {
        self.rotation
    }
}

impl Default for Lifetime {
    fn default() -> Self {
        Self { remembered: Some(Limits::seconds(30 * DAY, 14 * DAY)), ..Self::AAL2 }
    }
}

/// Which of its lifetime's limits a session has. A remembered one says so among the engine's own
/// entries in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Plain,
    Remembered,
}

impl Row {
    const NAME: &str = ".remembered";

    /// The row of the session with these fields.
    pub(crate) fn find(fields: &[u8]) -> Self {
        frame::entry(fields, Self::NAME).map_or(Self::Plain, |_| Self::Remembered)
    }

    /// These fields, in a session of this row.
    pub(crate) fn write_to(self, fields: Arc<[u8]>) -> Result<Arc<[u8]>, EncodeError> {
        if Self::find(&fields) == self {
            return Ok(fields);
        }
        frame::with_entry(&fields, Self::NAME, (self == Self::Remembered).then_some(&[]))
    }
}

/// An error: the limits cannot be those of a [`Lifetime`].
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LifetimeError {
    /// A limit is shorter than a second or longer than 400 days.
    ///
    /// Take limits of a second to 400 days, which is the longest that browsers keep a cookie.
    #[error("a session's limits lie between one second and 400 days")]
    OutOfRange,
    /// A new secret would be drawn before the browser can have shown the last one.
    ///
    /// Take a minute or more, or `.without_rotation()`.
    #[error("a session's secret is renewed once a minute at most")]
    RotatesTooOften,
    /// The idle limit is the longer one, so it would never be reached.
    ///
    /// Take an idle limit that is no longer than the absolute one.
    #[error(
        "the idle limit of {idle:?} would never be reached within the absolute one of {absolute:?}: `Lifetime::new(absolute, idle)`"
    )]
    IdleIsLonger {
        /// The absolute limit asked for.
        absolute: Duration,
        /// The idle limit asked for.
        idle: Duration,
    },
}

crate::error_words::debug_in_words!(LifetimeError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_are_finite_and_the_default_is_aal2_and_remembers() {
        let day = Duration::from_secs(DAY);
        assert_eq!(Lifetime::default(), Lifetime::AAL2.remembering(30 * day, 14 * day).unwrap());
        for preset in [Lifetime::AAL1, Lifetime::AAL2, Lifetime::AAL3] {
            assert_eq!(preset.limits(Row::Remembered), preset.limits(Row::Plain));
            assert_eq!(preset.row(true), Row::Plain);
        }
        assert_eq!(Lifetime::AAL2.absolute().as_secs(), 86_400);
        assert_eq!(Lifetime::AAL2.idle().as_secs(), 3_600);
        let hour = Duration::from_secs(HOUR);
        for odd in [Duration::ZERO, Duration::MAX] {
            assert_eq!(Lifetime::new(odd, hour), Err(LifetimeError::OutOfRange));
            assert_eq!(Lifetime::new(hour, odd), Err(LifetimeError::OutOfRange));
            assert_eq!(Lifetime::AAL2.remembering(odd, hour), Err(LifetimeError::OutOfRange));
        }
        assert!(matches!(Lifetime::new(hour, hour * 2), Err(LifetimeError::IdleIsLonger { .. })));
        let often = Lifetime::AAL2.rotating_every(Duration::from_secs(59));
        assert_eq!(often, Err(LifetimeError::RotatesTooOften));
    }
}
