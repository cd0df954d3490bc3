//! What a store promises: the contract that the conformance suite checks.

use std::error::Error;
use std::fmt::{self, Debug};
use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::crypto::time::{Now, Timestamp};
use crate::crypto::token::{Digest, Handle};

/// How long a store remembers that all sessions of a principal were ended: longer than a request
/// may take. The engine refuses a log-in that began before that.
pub const REVOCATIONS_LAST: Duration = Duration::from_hours(1);

/// Keeps session records. Implement it to add a back end, and run
/// [`testing::conformance`](crate::store::conformance) on it: every sentence here is a case there.
///
/// Each method is one atomic operation on the store's clock ([`Now`]). A record whose `expires`
/// is not after that clock does not exist for any of them, whether or not it was swept yet.
/// Methods may be called at once from any number of tasks and nodes, and dropped at any await.
/// The engine gives each call a deadline; a store need not.
pub trait Store: Debug + Send + Sync + 'static {
    /// The record of this handle; `None` when there is none or it has expired.
    ///
    /// Every part of it comes back as it was written, byte for byte.
    fn load(
        &self,
        handle: Handle,
        now: Now,
    ) -> impl Future<Output = Result<Option<Record>, StoreError>> + Send;

    /// Adds a record at revision 1, unless its handle is taken: then nothing changes. A handle
    /// is taken as long as its record lies in the store, expired or not.
    ///
    /// `created` and `seen` become now, `absolute` now and [`Insert::absolute`] more, `expires`
    /// now and [`Insert::idle`] more or `absolute`, whichever comes first. `authenticated`
    /// becomes now if there is a principal.
    fn insert(
        &self,
        insert: Insert,
        now: Now,
    ) -> impl Future<Output = Result<Inserted, StoreError>> + Send;

    /// Changes the record if it is there at the expected revision, which then goes up by one.
    ///
    /// At another revision nothing changes, and the answer is the record as it is now, with
    /// every write that was acknowledged before the call. If it is missing or expired nothing
    /// changes: **an update never inserts**. Of updates at once that expect one revision,
    /// exactly one is saved.
    ///
    /// With [`Update::idle`], `seen` becomes now, and `expires` now and that much more or
    /// `absolute`, whichever comes first; without it both stay. With [`Update::authenticated`],
    /// `authenticated` becomes now and `absolute` starts anew; without a principal,
    /// `authenticated` becomes none; otherwise both stay. `created` and `label` stay.
    ///
    /// With [`Update::authenticated`] it is a [`LogIn`]: refused if that came too late, and the
    /// principal's oldest records make room for it.
    fn update(
        &self,
        update: Update,
        now: Now,
    ) -> impl Future<Output = Result<Updated, StoreError>> + Send;

    /// Notes that the session is in use: `seen` becomes now, `expires` becomes now and `idle`
    /// more or `absolute`, whichever comes first. The revision stays.
    ///
    /// Answers whether the record was there; a missing or expired one does not come to life.
    fn touch(
        &self,
        handle: Handle,
        idle: Duration,
        now: Now,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes the record, and answers whether it was there. Removing it twice is no error.
    fn delete(
        &self,
        handle: Handle,
        now: Now,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The records of this principal, newest first, without the expired ones.
    fn list(
        &self,
        principal: &str,
        now: Now,
    ) -> impl Future<Output = Result<Vec<Record>, StoreError>> + Send;

    /// Removes every record of this principal, but the one of the handle `except`.
    ///
    /// For as long as [`REVOCATIONS_LAST`] it also refuses what began before it and comes to be
    /// stored after: a log-in of this principal, unless it is on the record of `except`.
    fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> impl Future<Output = Result<Ended, StoreError>> + Send;

    /// Removes at most `limit` expired records, never a live one, and answers how much is left
    /// to do. When another node is sweeping at the moment, it may do nothing.
    fn sweep(&self, limit: u32, now: Now)
    -> impl Future<Output = Result<Swept, StoreError>> + Send;
}

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

/// A record to be added.
#[derive(Clone)]
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

/// What becomes of a record.
#[derive(Clone)]
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
}

/// A log-in: a record that becomes a principal's, by an insert or an update.
///
/// Both of its terms hold however many log in at once, on any number of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogIn {
    /// When it began, on the store's clock: not after the moment at which its request came in.
    /// None if that is not known, which is before everything.
    ///
    /// If all of the principal's sessions were ended after that ([`Store::delete_all`]), nothing
    /// changes, and the answer is that they were.
    pub began: Option<Timestamp>,
    /// How many live records the principal may have, this one among them. If it has more, those
    /// that authenticated the longest ago are removed before the answer.
    pub limit: Option<NonZeroU32>,
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
    Record { handle, revision, persistent, times }
    Insert { handle, persistent, idle, absolute }
    Update { handle, revision, persistent, idle, authenticated }
}

/// What became of an insert.
#[derive(Clone, Debug, PartialEq, Eq)]
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
pub struct Ended {
    /// How many live ones were removed.
    pub live: u64,
    /// What the store's clock showed: log-ins that began before this are refused.
    pub now: Timestamp,
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swept {
    /// It removed this many, and found no more.
    All(u64),
    /// It removed this many (none, if it only found renewed ones), and there may be more.
    Some(u64),
    /// Another node was sweeping.
    Elsewhere,
}

/// A store could not do what it was asked. Nothing can be said of the session then: neither
/// that it exists nor that it does not, so the request is answered 503.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It did not answer in time; a write may or may not have happened.
    #[error("the session store did not answer within {0:?}")]
    Deadline(Duration),
    /// It answered with an error, or could not be reached.
    #[error("the session store failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
    /// It holds as many sessions as it may; nothing was stored.
    #[error(
        "the session store is full at {0} sessions; raise its capacity or shorten the lifetime"
    )]
    Full(usize),
    /// Too many operations wait for it already; nothing was stored.
    #[error("the session store is overloaded: {0} operations are waiting")]
    Overloaded(usize),
}

impl StoreError {
    /// With a back end's own error as the cause.
    pub fn failed(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }
}
