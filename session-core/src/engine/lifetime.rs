//! How long a session lives: one policy for the record, the cookie and the store.

use std::time::Duration;

use crate::engine::rotation::OFFER_TIMEOUT;
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

/// Idle and absolute limit of a session, both finite.
///
/// The idle limit counts from the last request, the absolute one from the last log-in (or the
/// creation, of a session that nobody logged in to); activity never extends the absolute one.
/// The presets are named for the authentication assurance levels of NIST SP 800-63B-4, 2.1.3,
/// 2.2.3 and 2.3.3. The default is [`Lifetime::AAL2`].
///
/// ```
/// # use session_core::Lifetime;
/// # use std::time::Duration;
/// let shift = Lifetime::new(Duration::from_secs(8 * 3600), Duration::from_secs(20 * 60))?;
/// assert_eq!(shift.idle(), Duration::from_secs(1200));
/// # Ok::<(), session_core::LifetimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    absolute: Duration,
    idle: Duration,
    /// The age at which a secret is renewed.
    rotation: Duration,
}

impl Lifetime {
    /// 30 days in all, 7 days idle.
    pub const AAL1: Self = Self::seconds(30 * DAY, 7 * DAY);
    /// 24 hours in all, 1 hour idle: the default.
    pub const AAL2: Self = Self::seconds(DAY, HOUR);
    /// 12 hours in all, 15 minutes idle.
    pub const AAL3: Self = Self::seconds(12 * HOUR, 15 * MINUTE);

    const fn seconds(absolute: u64, idle: u64) -> Self {
        let idle = Duration::from_secs(idle);
        Self { absolute: Duration::from_secs(absolute), idle, rotation: idle }
    }

    /// One's own limits: `absolute` in all, `idle` without a request.
    ///
    /// # Errors
    /// When either is shorter than a second or longer than 400 days, or `idle` is the longer.
    pub fn new(absolute: Duration, idle: Duration) -> Result<Self, LifetimeError> {
        let possible = Duration::from_secs(1)..=MAX_LIFETIME;
        if !possible.contains(&absolute) || !possible.contains(&idle) {
            return Err(LifetimeError::OutOfRange);
        }
        if idle > absolute {
            return Err(LifetimeError::IdleIsLonger { absolute, idle });
        }
        Ok(Self { absolute, idle, rotation: idle })
    }

    /// Gives a session in use a new secret when the one that its cookie carries is this old: the
    /// idle limit, unless told otherwise. The old one stays good until the browser has shown the
    /// new one, and for ten seconds more, so that neither a lost response nor parallel requests
    /// log anybody out. Sealed cookies have no secret to renew.
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
    pub const fn without_rotation(self) -> Self {
        Self { rotation: Duration::MAX, ..self }
    }

    /// How long a session lives after its log-in, whatever happens.
    pub const fn absolute(self) -> Duration {
        self.absolute
    }

    /// How long a session lives without a request.
    pub const fn idle(self) -> Duration {
        self.idle
    }

    /// The age at which a secret is renewed.
    pub(crate) const fn rotation(self) -> Duration {
        self.rotation
    }

    /// How stale "last seen" may be before a read renews it: a tenth of the idle limit, so that
    /// a busy session costs one small write per interval rather than one per request.
    pub(crate) fn renewal(self) -> Duration {
        self.idle / 10
    }
}

impl Default for Lifetime {
    fn default() -> Self {
        Self::AAL2
    }
}

/// The limits make no lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LifetimeError {
    /// A limit is shorter than a second or longer than 400 days.
    #[error("a session's limits lie between one second and 400 days")]
    OutOfRange,
    /// A new secret would be drawn before the browser can have shown the last one.
    #[error("a session's secret is renewed once a minute at most")]
    RotatesTooOften,
    /// The idle limit is the longer one, so it would never be reached.
    #[error(
        "the idle limit of {idle:?} would never be reached within the absolute one of {absolute:?}"
    )]
    IdleIsLonger {
        /// The absolute limit asked for.
        absolute: Duration,
        /// The idle limit asked for.
        idle: Duration,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_are_finite_and_the_default_is_aal2() {
        assert_eq!(Lifetime::default(), Lifetime::AAL2);
        assert_eq!(Lifetime::AAL2.absolute().as_secs(), 86_400);
        assert_eq!(Lifetime::AAL2.idle().as_secs(), 3_600);
        let hour = Duration::from_secs(HOUR);
        for odd in [Duration::ZERO, Duration::MAX] {
            assert_eq!(Lifetime::new(odd, hour), Err(LifetimeError::OutOfRange));
            assert_eq!(Lifetime::new(hour, odd), Err(LifetimeError::OutOfRange));
        }
        assert!(matches!(Lifetime::new(hour, hour * 2), Err(LifetimeError::IdleIsLonger { .. })));
        let often = Lifetime::AAL2.rotating_every(Duration::from_secs(59));
        assert_eq!(often, Err(LifetimeError::RotatesTooOften));
    }
}
