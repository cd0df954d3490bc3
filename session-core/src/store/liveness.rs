//! Whether sessions are alive: what a store is asked for many of them at once.

use std::sync::Arc;

use crate::crypto::time::Timestamp;
use crate::store::record::Record;

/// A session that is alive: what must be known of it to notice that it has ended, or become
/// another's.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Liveness {
    /// See [`Record::principal`].
    pub principal: Option<Arc<str>>,
    /// What the store's clock showed.
    pub now: Timestamp,
    /// When it ends unless it is used before.
    pub expires: Timestamp,
    /// When it ends whatever happens.
    pub absolute: Timestamp,
}

impl Liveness {
    /// What is to be known of a session.
    pub const fn new(
        principal: Option<Arc<str>>,
        now: Timestamp,
        expires: Timestamp,
        absolute: Timestamp,
    ) -> Self {
        Self { principal, now, expires, absolute }
    }

    /// Of this record; none if it stands for a session that was ended.
    pub fn of(record: &Record) -> Option<Self> {
        let times = &record.times;
        let principal = record.principal.clone();
        (!record.is_ended()).then(|| Self::new(principal, times.now, times.expires, times.absolute))
    }
}

/// Whom it belongs to is not fit for a log.
impl std::fmt::Debug for Liveness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Liveness")
            .field("now", &self.now)
            .field("expires", &self.expires)
            .field("absolute", &self.absolute)
            .finish_non_exhaustive()
    }
}
