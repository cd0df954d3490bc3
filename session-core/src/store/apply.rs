//! What the operations of the contract do to a record, for back ends that compute it in this process.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Handle};
use crate::store::{Insert, Record, Times, Update};

/// What the operations of a [`Store`](crate::Store) do to a record, for a store that computes it in this process. A database
/// does the same by its own means.
impl Record {
    /// Whether it has not expired.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.times.expires
    }

    pub(crate) fn read_at(&self, now: Timestamp) -> Self {
        let mut record = self.clone();
        record.times.now = now;
        record
    }

    /// The record that an insert adds.
    pub fn inserted(insert: Insert, now: Timestamp) -> Self {
        let mut times = Times {
            now,
            created: now,
            authenticated: insert.principal.is_some().then_some(now),
            seen: now,
            expires: now,
            absolute: now.plus(insert.absolute),
        };
        times.seen_at(now, insert.idle);
        Self {
            handle: insert.handle,
            digest: insert.digest,
            revision: 1,
            principal: insert.principal,
            fields: insert.fields,
            persistent: insert.persistent,
            label: insert.label,
            times,
        }
    }

    /// What [`delete`](crate::Store::delete) leaves with `remember`: it stands for a session that was ended.
    pub fn ended(handle: Handle, revision: u64, remember: Duration, now: Timestamp) -> Self {
        let until = now.plus(remember);
        let times = Times::new(now, now, now, until, until);
        Self::new(handle, Digest::from_bytes([0; 32]), revision, Arc::default(), times)
    }

    /// Changes it as an update says. Its revision is the expected one, and goes up by one.
    pub fn apply(&mut self, update: Update, now: Timestamp) {
        if let Some(absolute) = update.authenticated {
            self.times.authenticated = Some(now);
            self.times.absolute = now.plus(absolute);
        }
        if update.principal.is_none() {
            self.times.authenticated = None;
        }
        self.times.now = now;
        if let Some(idle) = update.idle {
            self.times.seen_at(now, idle);
        }
        self.digest = update.digest;
        self.revision = self.revision.saturating_add(1);
        self.principal = update.principal;
        self.fields = update.fields;
        self.persistent = update.persistent;
    }
}

impl Times {
    /// The record is used: `seen` and `now` become now, `expires` now and `idle` more or `absolute`, whichever comes first.
    pub fn seen_at(&mut self, now: Timestamp, idle: Duration) {
        self.now = now;
        self.seen = now;
        self.expires = now.plus(idle).min(self.absolute);
    }
}
