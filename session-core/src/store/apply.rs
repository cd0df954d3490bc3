//! What the operations of the contract do to a record, for back ends that run in this process.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Handle};
use crate::store::{Insert, Record, Times, Update};

impl Record {
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        now < self.times.expires
    }

    pub(crate) fn read_at(&self, now: Timestamp) -> Self {
        let mut record = self.clone();
        record.times.now = now;
        record
    }

    pub(crate) fn inserted(insert: Insert, now: Timestamp) -> Self {
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

    /// What stands for a session that was ended, for as long as that is remembered.
    pub(crate) fn ended(handle: Handle, revision: u64, remember: Duration, now: Timestamp) -> Self {
        let until = now.plus(remember);
        let times = Times::new(now, now, now, until, until);
        Self::new(handle, Digest::from_bytes([0; 32]), revision, Arc::default(), times)
    }

    pub(crate) fn apply(&mut self, update: Update, now: Timestamp) {
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
    pub(crate) fn seen_at(&mut self, now: Timestamp, idle: Duration) {
        self.now = now;
        self.seen = now;
        self.expires = now.plus(idle).min(self.absolute);
    }
}
