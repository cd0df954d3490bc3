//! The secret that a session had before: kept beside the new one, so that a request which was on
//! its way with the old cookie is told from a guess.

use std::time::Duration;

use crate::fields::Fields;
use crate::time::Timestamp;
use crate::token::Digest;

/// The engine's own entry among a record's fields: a name that no field can have.
pub(crate) const NAME: &str = "";

/// How long after a rotation a request may still come in with the old cookie through no fault of
/// its own.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// A digest that a rotation replaced, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retired {
    pub(crate) digest: Digest,
    pub(crate) at: Timestamp,
}

impl Retired {
    /// As an entry's value.
    pub(crate) fn encode(self) -> Vec<u8> {
        [&self.digest.as_bytes()[..], &self.at.micros().to_le_bytes()].concat()
    }

    /// The one among these fields, if there is one.
    pub(crate) fn find(fields: &Fields<'_>) -> Option<Self> {
        let (digest, at) = fields.find(NAME)?.split_first_chunk()?;
        let at = i64::from_le_bytes(at.try_into().ok()?);
        Some(Self { digest: Digest::from_bytes(*digest), at: Timestamp::from_micros(at) })
    }

    /// Whether a request that shows this digest was merely late.
    pub(crate) fn was(&self, digest: Digest, now: Timestamp) -> bool {
        self.digest == digest && now.since(self.at) < GRACE
    }
}
