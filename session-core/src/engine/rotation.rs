//! The secret that a session has beside its current one: the one to come, or the one before.
//!
//! A rotation by age offers the browser a new secret and keeps the current one until that comes
//! back, so that a lost response logs nobody out; the one before then stays good for as long as
//! requests may be on their way with it. A rotation by privilege (a log-in, say) replaces the
//! current secret at once.

use std::time::Duration;

use crate::crypto::time::Timestamp;
use crate::crypto::token::Digest;
use crate::state::frame;

/// The engine's own entry among a record's fields, and the first of them: a name that no field can
/// have.
pub(crate) const NAME: &str = "";

/// How long after its successor came into use a secret may still be shown through no fault of
/// the browser.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// How long an offered secret may take to come back before another is offered in its place.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The other secret's digest, since when it is what it is, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) digest: Digest,
    pub(crate) at: Timestamp,
    pub(crate) role: Role,
}

/// What the other secret is to the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its successor by age, if the browser got it.
    Offered,
    /// Its predecessor by age: whoever was let in with it may still save.
    Aged,
    /// Its predecessor by privilege, dead at once. Whether the browser has the current one nobody
    /// knows yet.
    Replaced,
    /// The same, and the current one has been seen.
    Superseded,
}

/// What a request is by the secret that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It has the current one.
    Current,
    /// It got the secret that was offered: the first one to show it.
    Successor,
    /// It was on its way when the secret was renewed.
    Predecessor,
    /// It was on its way when the secret was replaced: nobody's, and it may save nothing.
    Late,
    /// It has a secret that the browser has long given up.
    Stolen,
    /// It guesses.
    Unknown,
}

impl Other {
    /// As an entry's value.
    pub(crate) fn encode(self) -> Vec<u8> {
        let role = match self.role {
            Role::Offered => 0,
            Role::Aged => 1,
            Role::Replaced => 2,
            Role::Superseded => 3,
        };
        [&self.digest.as_bytes()[..], &self.at.micros().to_le_bytes(), &[role]].concat()
    }

    /// The one among these bytes of fields, if there is one.
    pub(crate) fn find(fields: &[u8]) -> Option<Self> {
        let (digest, rest) = frame::first(fields, NAME)?.split_first_chunk()?;
        let (at, role) = rest.split_first_chunk()?;
        let role = match role {
            [0] => Role::Offered,
            [1] => Role::Aged,
            [2] => Role::Replaced,
            [3] => Role::Superseded,
            _ => return None,
        };
        let at = Timestamp::from_micros(i64::from_le_bytes(*at));
        Some(Self { digest: Digest::from_bytes(*digest), at, role })
    }

    /// What a request is that shows this digest, which is not the current one.
    pub(crate) fn shown(&self, digest: Digest, now: Timestamp) -> Shown {
        if self.digest != digest {
            return Shown::Unknown;
        }
        match (self.role, now.since(self.at) < GRACE) {
            (Role::Offered, _) => Shown::Successor,
            (Role::Aged, true) => Shown::Predecessor,
            (Role::Replaced | Role::Superseded, true) => Shown::Late,
            (Role::Aged | Role::Superseded, false) => Shown::Stolen,
            (Role::Replaced, false) => Shown::Unknown,
        }
    }

    /// Whether what a request does that was let in with this digest is to be saved. It may have
    /// taken its time since.
    pub(crate) fn admits(&self, digest: Digest) -> bool {
        matches!(self.role, Role::Offered | Role::Aged) && self.digest == digest
    }

    /// What becomes of it when `bearer` has come back with the current secret, or with the one
    /// that was offered: the digest that is current then.
    pub(crate) fn seen(
        self,
        current: Digest,
        bearer: Digest,
        now: Timestamp,
    ) -> Option<(Digest, Self)> {
        match self.role {
            Role::Offered if self.digest == bearer => {
                Some((bearer, Self { digest: current, at: now, role: Role::Aged }))
            }
            Role::Replaced if current == bearer => {
                Some((current, Self { role: Role::Superseded, ..self }))
            }
            _ => None,
        }
    }
}

/// Whether a session that was created at this moment should have a new secret by now.
pub(crate) fn is_due(
    other: Option<Other>,
    created: Timestamp,
    now: Timestamp,
    every: Duration,
) -> bool {
    match other {
        Some(Other { role: Role::Offered, at, .. }) => now.since(at) >= PATIENCE,
        Some(Other { at, .. }) => now.since(at) >= every,
        None => now.since(created) >= every,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(byte: u8) -> Digest {
        Digest::from_bytes([byte; 32])
    }

    fn second(seconds: u64) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn what_is_kept_comes_back() {
        for role in [Role::Offered, Role::Aged, Role::Replaced, Role::Superseded] {
            let other = Other { digest: digest(7), at: second(5), role };
            let mut writer = frame::Writer::with_capacity(64);
            writer.field(NAME, &other.encode());
            writer.field("visits", b"1");
            assert_eq!(Other::find(&writer.finish().unwrap()), Some(other));
        }
    }

    #[test]
    fn a_secret_is_what_its_role_and_the_time_make_of_it() {
        for (role, early, late) in [
            (Role::Offered, Shown::Successor, Shown::Successor),
            (Role::Aged, Shown::Predecessor, Shown::Stolen),
            (Role::Replaced, Shown::Late, Shown::Unknown),
            (Role::Superseded, Shown::Late, Shown::Stolen),
        ] {
            let other = Other { digest: digest(1), at: second(100), role };
            assert_eq!(other.shown(digest(1), second(109)), early, "{role:?}");
            assert_eq!(other.shown(digest(1), second(110)), late, "{role:?}");
            assert_eq!(other.shown(digest(2), second(109)), Shown::Unknown, "{role:?}");
        }
    }

    #[test]
    fn a_secret_is_due_at_its_age_and_again_when_its_successor_is_lost() {
        let hour = Duration::from_hours(1);
        assert!(!is_due(None, second(0), second(3599), hour));
        assert!(is_due(None, second(0), second(3600), hour));
        let other = |role| Some(Other { digest: digest(1), at: second(3600), role });
        assert!(!is_due(other(Role::Aged), second(0), second(7199), hour));
        assert!(is_due(other(Role::Aged), second(0), second(7200), hour));
        assert!(!is_due(other(Role::Offered), second(0), second(3659), hour));
        assert!(is_due(other(Role::Offered), second(0), second(3660), hour));
    }
}
