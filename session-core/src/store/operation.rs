//! The operations of a store: what it is asked, and what it answers.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Handle};
use crate::store::record::{Record, Times};

/// A record to be added.
#[derive(Clone)]
#[non_exhaustive]
pub struct Insert {
    /// See [`Record::handle`].
    pub handle: Handle,
    /// See [`Record::digest`].
    pub digest: Digest,
    /// See [`Record::principal`].
    pub principal: Option<Arc<str>>,
    /// See [`Record::fields`].
    pub fields: Arc<[u8]>,
    /// See [`Record::persistent`].
    pub persistent: bool,
    /// See [`Record::label`].
    pub label: Option<Arc<str>>,
    /// How long it lives without use.
    pub idle: Duration,
    /// How long it lives at most.
    pub absolute: Duration,
    /// How its principal logs in; without one, nothing.
    pub log_in: LogIn,
}

impl Insert {
    /// A record of nobody, whose cookie ends with the browser, without a label.
    pub fn new(
        handle: Handle,
        digest: Digest,
        fields: Arc<[u8]>,
        idle: Duration,
        absolute: Duration,
    ) -> Self {
        Self {
            handle,
            digest,
            principal: None,
            fields,
            persistent: false,
            label: None,
            idle,
            absolute,
            log_in: LogIn::default(),
        }
    }
}

/// What becomes of a record.
#[derive(Clone)]
#[non_exhaustive]
pub struct Update {
    /// Which record.
    pub handle: Handle,
    /// The revision it must be at.
    pub revision: u64,
    /// See [`Record::digest`]; a new one is a rotation.
    pub digest: Digest,
    /// See [`Record::principal`].
    pub principal: Option<Arc<str>>,
    /// See [`Record::fields`].
    pub fields: Arc<[u8]>,
    /// See [`Record::persistent`].
    pub persistent: bool,
    /// How long it lives from now without use; none for a change that is no use of the session.
    pub idle: Option<Duration>,
    /// The principal has just authenticated: how long the session lives from now at most. The
    /// engine never says so without a principal, nor without `idle`.
    pub authenticated: Option<Duration>,
    /// How its principal logs in, if it has just authenticated.
    pub log_in: LogIn,
    /// The record as it was at that revision.
    pub before: Before,
}

/// What a record was at the revision that an update expects. At another one the update changes nothing, so that a store
/// may go by it: what stays need neither be sent nor be asked for.
#[derive(Clone)]
#[non_exhaustive]
pub struct Before {
    /// See [`Record::digest`].
    pub digest: Digest,
    /// See [`Record::principal`].
    pub principal: Option<Arc<str>>,
    /// See [`Record::persistent`].
    pub persistent: bool,
    /// See [`Record::times`]. It may have been touched since: `seen` and `expires` are not known.
    pub times: Times,
}

impl Before {
    /// What this record is.
    pub fn of(record: &Record) -> Self {
        Self {
            digest: record.digest,
            principal: record.principal.clone(),
            persistent: record.persistent,
            times: record.times,
        }
    }
}

impl Update {
    /// What leaves the record as it is, and is no use of it.
    pub fn of(record: &Record) -> Self {
        Self {
            handle: record.handle,
            revision: record.revision,
            digest: record.digest,
            principal: record.principal.clone(),
            fields: Arc::clone(&record.fields),
            persistent: record.persistent,
            idle: None,
            authenticated: None,
            log_in: LogIn::default(),
            before: Before::of(record),
        }
    }

    /// Whether it changes nothing but the fields, and renews the idle limit: what most updates are.
    pub fn changes_only_fields(&self) -> bool {
        let before = &self.before;
        self.idle.is_some()
            && self.authenticated.is_none()
            && self.digest == before.digest
            && self.principal == before.principal
            && self.persistent == before.persistent
    }
}

/// A log-in: a record that becomes a principal's, by an insert or an update.
///
/// Both of its terms hold however many log in at once, on any number of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogIn {
    /// When it began, on the store's clock: not after the moment at which its request came in.
    /// None if that is not known, which is before everything.
    ///
    /// If all of the principal's sessions were ended after that ([`Store::delete_all`](crate::Store::delete_all)), nothing
    /// changes, and the answer is that they were.
    pub began: Option<Timestamp>,
    /// How many live records the principal may have, this one among them. If it has more, those
    /// that authenticated the longest ago are removed before the answer.
    pub limit: Option<NonZeroU32>,
}

impl LogIn {
    /// With these terms.
    pub const fn new(began: Option<Timestamp>, limit: Option<NonZeroU32>) -> Self {
        Self { began, limit }
    }
}

/// Prints what is fit for a log: neither whom a record belongs to, nor what is in it.
macro_rules! print_without_contents {
    ($($type:ident { $($shown:ident),* })*) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($shown), &self.$shown))*
                    .field("fields", &format_args!("[{} bytes]", self.fields.len()))
                    .finish_non_exhaustive()
            }
        }
    )*};
}

print_without_contents! {
    Insert { handle, persistent, idle, absolute }
    Update { handle, revision, persistent, idle, authenticated }
}

impl fmt::Debug for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Before")
            .field("persistent", &self.persistent)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

/// What became of an insert.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "an occupied handle means that nothing was stored"]
pub enum Inserted {
    /// It is stored, with these times.
    Saved(Times),
    /// The handle is taken; nothing changed.
    Occupied,
    /// The principal's sessions were ended after the log-in began; nothing changed. With what the
    /// store's clock shows.
    Revoked(Timestamp),
}

/// What became of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a conflict or a missing record means that nothing was stored"]
pub enum Updated {
    /// It is stored at the next revision, with these times.
    Saved(Times),
    /// The record is at another revision, and this is it; nothing changed.
    Conflict(Box<Record>),
    /// There is no such record (any more); nothing changed.
    Gone,
    /// The principal's sessions were ended after the log-in began; nothing changed. With what the
    /// store's clock shows.
    Revoked(Timestamp),
}

/// What became of a principal's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// How many live ones were removed.
    pub live: u64,
    /// What the store's clock showed: log-ins that began before this are refused.
    pub now: Timestamp,
}

impl Ended {
    /// This many live ones were removed at this moment.
    pub const fn new(live: u64, now: Timestamp) -> Self {
        Self { live, now }
    }
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Swept {
    /// It removed this many, and found no more.
    All(u64),
    /// It removed this many (none, if it only found renewed ones), and there may be more.
    Some(u64),
    /// Another node was sweeping.
    Elsewhere,
}
