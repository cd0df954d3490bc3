//! A session as it came from the store.

use std::sync::Arc;

use tokio::time::Instant;

use crate::crypto::token::Digest;
use crate::engine::rotation::{Other, Shown};
use crate::engine::store_clock::Sight;
use crate::store::Record;

/// A record with its fields opened, whatever the store holds.
pub(crate) struct Opened<T> {
    pub(crate) record: Record,
    /// Its fields as the store holds them.
    pub(crate) kept: Arc<[u8]>,
    /// See [`Stored::stale`].
    pub(crate) stale: bool,
    /// What the fields spell, if that is known already.
    pub(crate) state: Option<Arc<T>>,
}

impl<T> Opened<T> {
    /// What a request is that shows this digest.
    pub(crate) fn shown(&self, digest: Digest) -> Shown {
        let Record { digest: current, ref fields, ref times, .. } = self.record;
        if current == digest {
            return Shown::Current;
        }
        Other::find(fields).map_or(Shown::Unknown, |other| other.shown(digest, times.now))
    }
}

/// A session as the store has it, and the state that its fields spell.
#[derive(Debug)]
pub(crate) struct Stored<T> {
    /// With its fields opened.
    pub(crate) record: Record,
    pub(crate) state: Arc<T>,
    /// Whether every field that this release knows was decoded.
    pub(crate) whole: bool,
    /// Whether the store holds it sealed with a retired key, or not sealed though it should be.
    pub(crate) stale: bool,
    /// When it came from the store.
    since: Instant,
}

/// Another handle on the same state.
impl<T> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Self { record: self.record.clone(), state: Arc::clone(&self.state), ..*self }
    }
}

impl<T> Stored<T> {
    pub(crate) fn new(record: Record, state: Arc<T>, is_whole: bool, is_stale: bool) -> Self {
        Self { record, state, whole: is_whole, stale: is_stale, since: Instant::now() }
    }

    /// What the store's clock showed when it came.
    pub(crate) fn sight(&self) -> Sight {
        Sight { shown: self.record.times.now, here: self.since }
    }
}
