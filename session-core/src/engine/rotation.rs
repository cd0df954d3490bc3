//! Rotation: the secret that a session has beside its current one, which is the next or the last.
//!
//! A rotation by age offers the browser a new secret and keeps the current one until that comes
//! back, so that a lost response logs nobody out; the one before then stays good for as long as
//! requests may be on their way with it. What is offered is made with the current secret and a nonce in
//! the record: offered again it is the same, in whatever order the responses arrive. A rotation by
//! privilege (a log-in, say) replaces the current secret at once.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::crypto::random::{Random, RandomError};
use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Nonce};
use crate::state::codec;
use crate::state::frame::{self, EncodeError};
use crate::state::session_state::SessionState;

/// Among the engine's own entries in a record, the first.
const NAME: &str = "";

/// How long after its successor came into use a secret may still be shown through no fault of
/// the browser.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// How long an offered secret may take to come back before it is offered again.
pub(crate) const OFFER_TIMEOUT: Duration = Duration::from_mins(1);

/// The other secret's digest, since when it is what it is, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SecondarySecret {
    pub(crate) digest: Digest,
    pub(crate) at: Timestamp,
    pub(crate) role: Role,
    /// Whom the session belonged to when this secret was replaced; none if to nobody.
    pub(crate) principal: Option<PrincipalDigest>,
}

/// Enough of a digest to tell one principal from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PrincipalDigest([u8; 16]);

impl PrincipalDigest {
    pub(crate) fn of<T: SessionState>(principal: &T::Principal) -> Result<Self, EncodeError> {
        let digest = Sha256::digest(codec::principal_key::<T>(principal)?);
        Ok(Self(*digest.first_chunk().expect("it has 32 bytes")))
    }
}

/// What the other secret is to the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its successor by age, if the browser got it, which this nonce makes of it.
    Offered(Nonce),
    /// Its predecessor by age: whoever was let in with it may still save.
    Aged,
    /// Its predecessor by privilege, dead at once. Whether the browser has the current one nobody
    /// knows yet.
    Replaced,
    /// The same, and the current one has been seen.
    Superseded,
}

impl Role {
    /// Whether the current secret has taken its place at once.
    pub(crate) fn is_replaced(self) -> bool {
        matches!(self, Self::Replaced | Self::Superseded)
    }
}

/// Which of a session's secrets a request has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretMatch {
    /// It has the current one.
    Current,
    /// It got the secret that was offered: the first one to show it.
    Successor,
    /// It was on its way when the secret was renewed.
    Predecessor,
    /// It was on its way when the secret was replaced: nobody's, and it may save nothing.
    Replaced,
    /// It has a secret that the browser has long given up.
    Stolen,
    /// It guesses.
    Unknown,
}

impl SecondarySecret {
    /// The nonce of the current secret's next successor: that of the one that is offered already, or a new
    /// one.
    pub(crate) fn nonce(of: Option<Self>, random: &dyn Random) -> Result<Nonce, RandomError> {
        match of {
            Some(Self { role: Role::Offered(nonce), .. }) => Ok(nonce),
            _ => Nonce::generate(random),
        }
    }

    /// As an entry's value.
    fn encode(self) -> Vec<u8> {
        let role = match self.role {
            Role::Offered(_) => 0,
            Role::Aged => 1,
            Role::Replaced => 2,
            Role::Superseded => 3,
        };
        let rest = match (&self.role, &self.principal) {
            (Role::Offered(nonce), _) => &nonce.as_bytes()[..],
            (_, Some(PrincipalDigest(bytes))) => bytes,
            (_, None) => &[],
        };
        [&self.digest.as_bytes()[..], &self.at.micros().to_le_bytes(), &[role], rest].concat()
    }

    /// The one among these bytes of fields, if there is one.
    pub(crate) fn find(fields: &[u8]) -> Option<Self> {
        let (digest, rest) = frame::entry(fields, NAME)?.split_first_chunk()?;
        let (at, rest) = rest.split_first_chunk()?;
        let (role, rest) = rest.split_first()?;
        let (role, rest) = match role {
            0 => (Role::Offered(Nonce::from_bytes(rest.try_into().ok()?)), &[][..]),
            1 => (Role::Aged, rest),
            2 => (Role::Replaced, rest),
            3 => (Role::Superseded, rest),
            _ => return None,
        };
        let at = Timestamp::from_micros(i64::from_le_bytes(*at));
        let principal = match rest {
            [] => None,
            rest => Some(PrincipalDigest(rest.try_into().ok()?)),
        };
        Some(Self { digest: Digest::from_bytes(*digest), at, role, principal })
    }

    /// These bytes of fields with this one among them.
    pub(crate) fn write_to(self, stored: &[u8]) -> Result<Arc<[u8]>, EncodeError> {
        frame::with_entry(stored, NAME, Some(&self.encode()))
    }

    /// What a request has shown whose secret has this digest, which is not the current one's.
    pub(crate) fn matches(&self, digest: Digest, now: Timestamp) -> SecretMatch {
        if self.digest != digest {
            return SecretMatch::Unknown;
        }
        match (self.role, now.since(self.at) < GRACE) {
            (Role::Offered(_), _) => SecretMatch::Successor,
            (Role::Aged, true) => SecretMatch::Predecessor,
            (Role::Replaced | Role::Superseded, true) => SecretMatch::Replaced,
            (Role::Aged | Role::Superseded, false) => SecretMatch::Stolen,
            (Role::Replaced, false) => SecretMatch::Unknown,
        }
    }

    /// Whether what a request does that was let in with this digest is to be saved. It may have
    /// taken its time since.
    pub(crate) fn admits(&self, digest: Digest) -> bool {
        matches!(self.role, Role::Offered(_) | Role::Aged) && self.digest == digest
    }

    /// What becomes of it when `presented` has come back with the current secret, or with the one
    /// that was offered: the digest that is current then.
    pub(crate) fn seen(
        self,
        current: Digest,
        presented: Digest,
        now: Timestamp,
    ) -> Option<(Digest, Self)> {
        match self.role {
            Role::Offered(_) if self.digest == presented => Some((
                presented,
                Self { digest: current, at: now, role: Role::Aged, principal: None },
            )),
            Role::Replaced if current == presented => {
                Some((current, Self { role: Role::Superseded, ..self }))
            }
            _ => None,
        }
    }
}

/// Whether a session that was created at this moment should have a new secret by now.
pub(crate) fn is_due(
    secondary: Option<SecondarySecret>,
    created: Timestamp,
    now: Timestamp,
    every: Duration,
) -> bool {
    match secondary {
        Some(SecondarySecret { role: Role::Offered(_), at, .. }) => now.since(at) >= OFFER_TIMEOUT,
        Some(SecondarySecret { at, .. }) => now.since(at) >= every,
        None => now.since(created) >= every,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::System;
    use crate::state::frame::{Head, Writer};

    const OFFERED: Role = Role::Offered(Nonce::from_bytes([8; 32]));

    fn digest(byte: u8) -> Digest {
        Digest::from_bytes([byte; 32])
    }

    fn second(seconds: u64) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn what_is_kept_comes_back() {
        for role in [OFFERED, Role::Aged, Role::Replaced, Role::Superseded] {
            let principal = role.is_replaced().then_some(PrincipalDigest([9; 16]));
            let secondary = SecondarySecret { digest: digest(7), at: second(5), role, principal };
            let mut writer = Writer::new(Head::new("Shop"), 64);
            writer.field(NAME, &secondary.encode());
            writer.field("visits", b"1");
            assert_eq!(SecondarySecret::find(&writer.finish().unwrap()), Some(secondary));
        }
    }

    #[test]
    fn a_nonce_is_kept_until_the_successor_was_seen() {
        let offered =
            SecondarySecret { digest: digest(7), at: second(5), role: OFFERED, principal: None };
        let nonce = |of| SecondarySecret::nonce(of, &System).unwrap();
        assert_eq!(Role::Offered(nonce(Some(offered))), OFFERED);
        let (current, aged) = offered.seen(digest(1), digest(7), second(6)).unwrap();
        assert_eq!((current, aged.digest, aged.role), (digest(7), digest(1), Role::Aged));
        assert!(!aged.encode().windows(32).any(|bytes| bytes == [8; 32]));
        assert_ne!(nonce(Some(aged)), nonce(Some(aged)), "the next one is random");
        assert_ne!(nonce(None), nonce(None));
    }

    #[test]
    fn a_secret_is_what_its_role_and_the_time_make_of_it() {
        for (role, early, late) in [
            (OFFERED, SecretMatch::Successor, SecretMatch::Successor),
            (Role::Aged, SecretMatch::Predecessor, SecretMatch::Stolen),
            (Role::Replaced, SecretMatch::Replaced, SecretMatch::Unknown),
            (Role::Superseded, SecretMatch::Replaced, SecretMatch::Stolen),
        ] {
            let secondary =
                SecondarySecret { digest: digest(1), at: second(100), role, principal: None };
            assert_eq!(secondary.matches(digest(1), second(109)), early, "{role:?}");
            assert_eq!(secondary.matches(digest(1), second(110)), late, "{role:?}");
            assert_eq!(secondary.matches(digest(2), second(109)), SecretMatch::Unknown, "{role:?}");
        }
    }

    #[test]
    fn a_secret_is_due_at_its_age_and_again_when_its_successor_is_lost() {
        let hour = Duration::from_hours(1);
        assert!(!is_due(None, second(0), second(3599), hour));
        assert!(is_due(None, second(0), second(3600), hour));
        let secondary = |role| {
            Some(SecondarySecret { digest: digest(1), at: second(3600), role, principal: None })
        };
        assert!(!is_due(secondary(Role::Aged), second(0), second(7199), hour));
        assert!(is_due(secondary(Role::Aged), second(0), second(7200), hour));
        assert!(!is_due(secondary(OFFERED), second(0), second(3659), hour));
        assert!(is_due(secondary(OFFERED), second(0), second(3660), hour));
    }
}
