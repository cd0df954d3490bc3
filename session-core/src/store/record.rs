//! The record: a session as a store holds it.

use std::fmt;
use std::sync::Arc;

use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Handle};

/// A session as a store holds it. A clone is cheap: what it points to is never written to.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Its public name, the key.
    pub handle: Handle,
    /// The SHA-256 of its secret.
    pub digest: Digest,
    /// How often it was written: 1 after the insert.
    pub revision: u64,
    /// Whom it belongs to, as the engine spells a principal; looked up exactly.
    pub principal: Option<Arc<str>>,
    /// Its fields as the engine encodes them; bytes to the store.
    pub fields: Arc<[u8]>,
    /// Whether its cookie outlives the browser (`remember`).
    pub persistent: bool,
    /// Where it was begun, for a device list: the browser's `User-Agent`, shortened.
    pub label: Option<Arc<str>>,
    /// When things happened and will happen.
    pub times: Times,
}

/// The times of a record, all on the store's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
