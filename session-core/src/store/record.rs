//! The record: a session as a store holds it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Handle};

/// A session as a store holds it. A clone is cheap: what it points to is never written to.
///
/// It may grow: a store makes one by [`Record::new`] and sets what else it knows. What the engine
/// adds to a session lies among its fields, so that no store needs another column for it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// Its public name, the key.
    pub handle: Handle,
    /// The SHA-256 of its secret.
    pub digest: Digest,
    /// How often it was written: 1 after the insert.
    pub revision: u64,
    /// Whom it belongs to, as the engine spells a principal; looked up exactly.
    pub principal: Option<Arc<str>>,
    /// Its fields as the engine encodes them; bytes to the store. Empty in a list that was asked
    /// for without them, and in the place of a session that was ended and is remembered.
    pub fields: Arc<[u8]>,
    /// Whether its cookie outlives the browser (`remember`).
    pub persistent: bool,
    /// Where it was begun, for a device list: what is kept of the browser's `User-Agent`, at most 200 bytes.
    pub label: Option<Arc<str>>,
    /// When things happened and will happen.
    pub times: Times,
}

impl Record {
    /// A record of nobody, whose cookie ends with the browser, without a label.
    pub fn new(
        handle: Handle,
        digest: Digest,
        revision: u64,
        fields: Arc<[u8]>,
        times: Times,
    ) -> Self {
        let (principal, persistent, label) = (None, false, None);
        Self { handle, digest, revision, principal, fields, persistent, label, times }
    }

    /// Whether it stands for a session that was ended and is remembered: see
    /// [`Store::delete`](crate::Store::delete).
    pub fn is_ended(&self) -> bool {
        self.fields.is_empty()
    }
}

/// The times of a record, all on the store's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// What the store's clock showed during this operation.
    pub now: Timestamp,
    /// When the record was inserted.
    pub created: Timestamp,
    /// When its principal last logged in; none if it has none.
    pub authenticated: Option<Timestamp>,
    /// When it was last written or touched.
    pub seen: Timestamp,
    /// When it ends unless it is used before: never later than `absolute`.
    pub expires: Timestamp,
    /// When it ends whatever happens.
    pub absolute: Timestamp,
}

impl Times {
    /// The times of a record to which nobody has logged in.
    pub const fn new(
        now: Timestamp,
        created: Timestamp,
        seen: Timestamp,
        expires: Timestamp,
        absolute: Timestamp,
    ) -> Self {
        Self { now, created, authenticated: None, seen, expires, absolute }
    }

    /// How long ago the record was inserted.
    pub(crate) fn age(&self) -> Duration {
        self.now.since(self.created)
    }
}

/// Prints what is fit for a log: neither whom it belongs to, nor what is in it.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("handle", &self.handle)
            .field("revision", &self.revision)
            .field("persistent", &self.persistent)
            .field("times", &self.times)
            .field("fields", &format_args!("[{} bytes]", self.fields.len()))
            .finish_non_exhaustive()
    }
}
