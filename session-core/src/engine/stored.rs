//! A session as it came from the store.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::crypto::seal::SealAge;
use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Handle};
use crate::engine::import;
use crate::engine::lifetime::{Lifetime, Limits, Row};
use crate::engine::rotation::{SecondarySecret, SecretMatch};
use crate::engine::sealing::NameId;
use crate::engine::store_clock::ClockReading;
use crate::state::codec::DecodedState;
use crate::state::session_state::SessionState;
use crate::store::{Record, Times};

/// What is known of a record whose fields were unsealed.
pub(crate) struct Unsealed<T> {
    /// Its fields as the store holds them.
    pub(crate) stored_bytes: Arc<[u8]>,
    pub(crate) seal: SealAge,
    pub(crate) name: NameId,
    /// The state of its fields, if that is known already.
    pub(crate) decoded: Option<DecodedState<T>>,
}

impl Record {
    /// Which of the session's secrets has this digest. The fields are unsealed.
    pub(crate) fn match_secret(&self, digest: Digest) -> SecretMatch {
        if self.digest == digest {
            return SecretMatch::Current;
        }
        SecondarySecret::find(&self.fields)
            .map_or(SecretMatch::Unknown, |secondary| secondary.matches(digest, self.times.now))
    }
}

/// What a record of the store is to a session type.
pub(crate) enum Opened<T> {
    /// A session of it.
    Ours(Unsealed<T>),
    /// What stands for a session that was ended.
    Ended,
    /// A session that was stored under a name that the type does not have.
    OfAnother(OtherSession),
}

/// A session of another name.
pub(crate) struct OtherSession {
    pub(crate) handle: Handle,
    pub(crate) name: String,
    /// The digest of its secret.
    pub(crate) digest: Digest,
}

/// A session as the store has it, and the state of its fields.
#[derive(Debug)]
pub(crate) struct Stored<T> {
    /// With its fields unsealed.
    pub(crate) record: Record,
    pub(crate) state: Arc<T>,
    /// The age of the session at which the state is another.
    until: Option<Duration>,
    pub(crate) decoding: Decoding,
    /// Whether the store holds it sealed with a retired key, or not sealed though it should be.
    pub(crate) seal: SealAge,
    /// The name that it is stored under.
    pub(crate) name: NameId,
    /// When it came from the store.
    since: Instant,
}

/// How much of a session was decoded; the worse, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Decoding {
    /// Every field that this release knows.
    Whole,
    /// Some fields have their default, since what is stored of them did not decode.
    Partial,
    /// The principal did not decode: it is nobody knows whose, and only what is marked `carry` is there.
    OfUnknown,
}

/// Another handle on the same state.
impl<T> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Self { record: self.record.clone(), state: Arc::clone(&self.state), ..*self }
    }
}

impl<T> Stored<T> {
    pub(crate) fn new(
        record: Record,
        decoded: DecodedState<T>,
        decoding: Decoding,
        seal: SealAge,
        name: NameId,
    ) -> Self {
        let DecodedState { state, until } = decoded;
        Self { record, state, until, decoding, seal, name, since: Instant::now() }
    }

    /// The state, and for how long it is that.
    pub(crate) fn decoded(&self) -> DecodedState<T> {
        DecodedState { state: Arc::clone(&self.state), until: self.until }
    }

    /// Whether nobody is logged in to it: not even somebody whom this release cannot read.
    pub(crate) fn is_of_nobody(&self) -> bool
    where
        T: SessionState,
    {
        self.decoding != Decoding::OfUnknown && self.state.principal().is_none()
    }

    /// When its principal last logged in, here or where the session comes from.
    pub(crate) fn authenticated(&self) -> Option<Timestamp> {
        import::authenticated(&self.record)
    }

    /// How long ago the session was created, by the store's clock.
    pub(crate) fn age(&self) -> Duration {
        self.clock_reading().current().since(self.record.times.created)
    }

    /// Whether so much of the session's idle limit is gone that a use makes it start anew.
    pub(crate) fn is_to_be_renewed(&self, lifetime: Lifetime) -> bool {
        let Times { now, seen, .. } = self.record.times;
        let unused = now.since(seen);
        // Of most sessions that is enough to know, without a look at their fields.
        unused >= lifetime.shortest_renewal() && unused >= self.limits(lifetime).renewal()
    }

    /// The limits that it has.
    pub(crate) fn limits(&self, lifetime: Lifetime) -> Limits {
        lifetime.limits(Row::find(&self.record.fields))
    }

    /// What the store's clock showed when it came.
    pub(crate) fn clock_reading(&self) -> ClockReading {
        ClockReading { time: self.record.times.now, instant: self.since }
    }
}
