//! The contract of a store, which the conformance suite checks.

use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

use crate::crypto::time::Now;
use crate::crypto::token::Handle;
use crate::store::endings::Endings;
use crate::store::error::StoreError;
use crate::store::health::Health;
use crate::store::list::{ListQuery, Page};
use crate::store::liveness::Liveness;
use crate::store::operation::{Ended, Insert, Inserted, Swept, Update, Updated};
use crate::store::record::Record;

/// How long a store remembers that all sessions of a principal were ended: longer than a request
/// may take. The engine refuses a log-in that began before that.
pub const REVOCATIONS_LAST: Duration = Duration::from_hours(1);

/// Keeps session records. Implement it to add a back end, and run
/// [`conformance!`](crate::conformance) on it: every sentence here is a case there.
///
/// Each method is one atomic operation on the store's clock ([`Now`]). A record whose `expires`
/// is not after that clock does not exist for any of them, whether or not it was swept yet.
/// Methods may be called at once from any number of tasks and nodes, and dropped at any await.
/// The engine gives each call a deadline; a store need not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no session store",
    label = "not a store",
    note = "`MemoryStore::new()` is one; with the features `postgres`, `sqlite` and `redis` of session-axum so are `PostgresStore::connect(url).await?`, `SqliteStore::open(path).await?` and `RedisStore::connect(url).await?`"
)]
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
    /// Without fields it becomes what [`delete`](Self::delete) leaves with `remember`: what stands for a session that was
    /// ended.
    ///
    /// With [`Update::authenticated`] it is a [`LogIn`](super::LogIn): refused if that came too late, and the
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
    ///
    /// With `remember`, an empty record takes its place for that long, whether or not there was
    /// one: of nobody, without fields and label, its digest all zeros, created now, at the next
    /// revision (1 where there was none). So its handle stays taken, and an update that is under
    /// way meets a conflict. It is a record like any other, which this can remove.
    fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// A page of the records of this principal, newest first (of two that were created at one
    /// moment, the lesser handle first), without the expired ones.
    ///
    /// Pages that are asked for one after the other have every record that lives from the first
    /// to the last, once.
    fn list(
        &self,
        principal: &str,
        query: ListQuery,
        now: Now,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Which of these sessions are alive: an answer for each, in their order, none for one that
    /// is missing, expired, or without fields: ended and remembered. An answer for none is empty.
    ///
    /// A store that can ask for many at once does so; this asks for one after the other.
    fn alive(
        &self,
        handles: &[Handle],
        now: Now,
    ) -> impl Future<Output = Result<Vec<Option<Liveness>>, StoreError>> + Send {
        async move {
            let mut alive = Vec::with_capacity(handles.len());
            for handle in handles {
                let record = self.load(*handle, now).await?;
                alive.push(record.as_ref().and_then(Liveness::of));
            }
            Ok(alive)
        }
    }

    /// A feed of the sessions that end from now on, on whatever node: deleted ones, by whatever
    /// method but `sweep`, those that are to be remembered though there was no record, and those that go from a principal to another or to none. Not told
    /// are expiry, a log-in to a session of nobody, other updates and touches.
    ///
    /// None from a store without such a feed, which is what this answers: sessions are asked for
    /// ([`alive`](Self::alive)) now and then.
    fn endings(&self) -> impl Future<Output = Result<Option<Endings>, StoreError>> + Send {
        std::future::ready(Ok(None))
    }

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

    /// Whether the store can be used at this moment, and what is not as it should be though it can: the store asks
    /// its server anew, and changes nothing.
    ///
    /// An error if reading or writing a session would fail. This loads a record that there cannot be.
    fn health(&self) -> impl Future<Output = Result<Health, StoreError>> + Send {
        async move {
            self.load(Handle::from_bytes([0; 16]), Now::Store).await?;
            Ok(Health::default())
        }
    }
}
