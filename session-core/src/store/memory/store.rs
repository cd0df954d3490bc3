//! The store itself: records by handle, handles by principal.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::keyed_hasher::KeyedHasher;
use super::revocations::{PrincipalLock, Revocations};
use super::shards::Shards;
use crate::crypto::time::{Now, Timestamp};
use crate::crypto::token::Handle;
use crate::store::{
    Contents, Cursor, Ended, Ending, Endings, Health, InProcessEndings, Insert, Inserted,
    ListQuery, LogIn, Page, Record, Store, StoreError, Swept, Update, Updated,
};

/// Sessions in this process's memory: bounded, sharded, expiring. Clones share them.
///
/// ```
/// # use session_core::MemoryStore;
/// let store = MemoryStore::new();
/// let small = MemoryStore::with_capacity(10_000);
/// ```
#[derive(Clone)]
#[doc(alias("memory", "in_memory", "fake"))]
pub struct MemoryStore(Arc<Inner>);

type Records = HashMap<Handle, Record, KeyedHasher>;

struct Inner {
    records: Shards<Handle, Record, KeyedHasher>,
    principals: Shards<Arc<str>, BTreeSet<Handle>>,
    revocations: Revocations,
    endings: InProcessEndings,
    count: AtomicUsize,
    capacity: usize,
}

impl MemoryStore {
    /// A store for at most a million sessions.
    ///
    /// ```
    /// # use session_core::MemoryStore;
    /// assert!(MemoryStore::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::with_capacity(1_000_000)
    }

    /// A store for at most this many sessions. One more is refused with [`StoreError::Full`]:
    /// to drop another instead would log somebody out.
    ///
    /// ```
    /// # use session_core::{BuildError, Engine, MemoryStore, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// # fn main() -> Result<(), BuildError> {
    /// let engine = Engine::<Shop>::builder(MemoryStore::with_capacity(50_000)).build()?;
    /// # Ok(()) }
    /// ```
    pub fn with_capacity(sessions: usize) -> Self {
        Self(Arc::new(Inner {
            records: Shards::new(KeyedHasher::new()),
            principals: Shards::new(RandomState::new()),
            revocations: Revocations::new(),
            endings: InProcessEndings::default(),
            count: AtomicUsize::new(0),
            capacity: sessions,
        }))
    }

    /// How many sessions it holds, expired ones that were not swept yet among them.
    ///
    /// ```
    /// # use session_core::MemoryStore;
    /// let store = MemoryStore::new();
    /// let gauge = store.clone();                          // the same store
    /// assert_eq!(gauge.len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.0.count.load(Ordering::Relaxed)
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("sessions", &self.len())
            .field("capacity", &self.0.capacity)
            .finish()
    }
}

impl Store for MemoryStore {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        let now = now.on_this_machine();
        let shard = self.0.records.lock(&handle);
        Ok(shard
            .get(&handle)
            .filter(|record| record.is_live(now))
            .map(|record| record.read_at(now)))
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        let now = now.on_this_machine();
        let (handle, log_in) = (insert.handle, insert.log_in);
        let principal = insert.principal.clone();
        let principal_lock =
            principal.as_deref().map(|principal| self.0.revocations.lock(principal));
        if is_too_late(principal_lock.as_ref(), principal.as_deref(), handle, log_in) {
            return Ok(Inserted::Revoked(now));
        }
        let mut shard = self.0.records.lock(&handle);
        if shard.contains_key(&handle) {
            return Ok(Inserted::Occupied);
        }
        self.0.take_place(&mut shard, now)?;
        let record = Record::inserted(insert, now);
        let times = record.times;
        self.0.join(principal.as_ref(), handle);
        shard.insert(handle, record);
        drop(shard);
        self.0.make_room(principal.as_deref(), handle, log_in, now);
        Ok(Inserted::Saved(times))
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        let now = now.on_this_machine();
        let (handle, log_in) = (update.handle, update.log_in);
        let principal = update.principal.clone().filter(|_| update.authenticated.is_some());
        let principal_lock =
            principal.as_deref().map(|principal| self.0.revocations.lock(principal));
        let mut shard = self.0.records.lock(&handle);
        let Some(record) = shard.get_mut(&handle).filter(|record| record.is_live(now)) else {
            return Ok(Updated::Gone);
        };
        if record.revision != update.revision {
            return Ok(Updated::Conflict(Box::new(record.read_at(now))));
        }
        if is_too_late(principal_lock.as_ref(), principal.as_deref(), handle, log_in) {
            return Ok(Updated::Revoked(now));
        }
        if record.principal != update.principal {
            if record.principal.is_some() {
                self.0.endings.tell(handle);
            }
            self.0.leave(record.principal.as_ref(), handle);
            self.0.join(update.principal.as_ref(), handle);
        }
        record.apply(update, now);
        let times = record.times;
        drop(shard);
        self.0.make_room(principal.as_deref(), handle, log_in, now);
        Ok(Updated::Saved(times))
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        let now = now.on_this_machine();
        let mut shard = self.0.records.lock(&handle);
        let Some(record) = shard.get_mut(&handle).filter(|record| record.is_live(now)) else {
            return Ok(false);
        };
        record.times.seen_at(now, idle);
        Ok(true)
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        let now = now.on_this_machine();
        let mut shard = self.0.records.lock(&handle);
        let removed = self.0.remove(&mut shard, handle);
        if let Some(remember) = remember {
            self.0.take_place(&mut shard, now)?;
            let revision = removed.as_ref().map_or(1, |record| record.revision.saturating_add(1));
            shard.insert(handle, Record::ended(handle, revision, remember, now));
            if removed.is_none() {
                self.0.endings.tell(handle);
            }
        }
        Ok(removed.is_some_and(|record| record.is_live(now)))
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        let mut records = self.0.records_of(principal, now.on_this_machine());
        if let Some(after) = query.after {
            records.retain(|record| Cursor::of(record) > after);
        }
        records.sort_by_key(Cursor::of);
        records.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        if query.contents == Contents::WithoutFields {
            for record in &mut records {
                record.fields = Arc::default();
            }
        }
        Ok(Page::new(records, &query))
    }

    async fn endings(&self) -> Result<Option<Endings>, StoreError> {
        // What ends here is told before it is acknowledged.
        Ok(Some(self.0.endings.subscribe(async || Some(Ending::UpToDate))))
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        let now = now.on_this_machine();
        let mut principal_lock = self.0.revocations.lock(principal);
        principal_lock.revoke(principal, except, now);
        let mut live = 0;
        for handle in self.0.sessions_of(principal) {
            if Some(handle) != except {
                live += u64::from(self.0.end(principal, handle, now));
            }
        }
        Ok(Ended { live, now })
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        let now = now.on_this_machine();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut removed = 0;
        for mut shard in self.0.records.each() {
            removed += self.0.sweep_shard(&mut shard, limit - removed, now);
            if removed == limit {
                return Ok(Swept::Some(removed as u64));
            }
        }
        self.0.revocations.sweep(now);
        Ok(Swept::All(removed as u64))
    }

    async fn health(&self) -> Result<Health, StoreError> {
        let (sessions, capacity) = (self.len(), self.0.capacity);
        let mut health = Health::default();
        if sessions >= capacity {
            health.warn(StoreError::Full(capacity).to_string());
        }
        Ok(health)
    }
}

/// Whether a log-in began before its principal's sessions were ended.
fn is_too_late(
    principal_lock: Option<&PrincipalLock<'_>>,
    principal: Option<&str>,
    handle: Handle,
    log_in: LogIn,
) -> bool {
    principal_lock.zip(principal).is_some_and(|(principal_lock, principal)| {
        !principal_lock.admits(principal, handle, log_in)
    })
}

/// A principal's set of sessions is only changed while the session's own shard is locked, in
/// this order, so that the two never disagree for long or for ever.
impl Inner {
    /// Takes a place for one more session, if there is one.
    fn reserve(&self) -> bool {
        let more = |count| (count < self.capacity).then_some(count + 1);
        self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// The same, and makes room among the expired ones of this shard if there is none.
    fn take_place(&self, shard: &mut Records, now: Timestamp) -> Result<(), StoreError> {
        if self.reserve() {
            return Ok(());
        }
        self.sweep_shard(shard, usize::MAX, now);
        if self.reserve() { Ok(()) } else { Err(StoreError::Full(self.capacity)) }
    }

    fn join(&self, principal: Option<&Arc<str>>, handle: Handle) {
        let Some(principal) = principal else { return };
        let mut principals = self.principals.lock(principal);
        principals.entry(Arc::clone(principal)).or_default().insert(handle);
    }

    fn leave(&self, principal: Option<&Arc<str>>, handle: Handle) {
        let Some(principal) = principal else { return };
        if let Entry::Occupied(mut sessions) =
            self.principals.lock(principal).entry(Arc::clone(principal))
        {
            sessions.get_mut().remove(&handle);
            if sessions.get().is_empty() {
                sessions.remove();
            }
        }
    }

    fn sessions_of(&self, principal: &str) -> BTreeSet<Handle> {
        self.principals.lock(principal).get(principal).cloned().unwrap_or_default()
    }

    /// The principal's live records.
    fn records_of(&self, principal: &str, now: Timestamp) -> Vec<Record> {
        let mut records = Vec::new();
        for handle in self.sessions_of(principal) {
            let shard = self.records.lock(&handle);
            let record = shard.get(&handle).filter(|record| record.is_live(now));
            let record = record.filter(|record| record.principal.as_deref() == Some(principal));
            records.extend(record.map(|record| record.read_at(now)));
        }
        records
    }

    /// Ends the oldest sessions of whoever has just logged in and has too many now. The
    /// principal is locked.
    fn make_room(&self, principal: Option<&str>, handle: Handle, log_in: LogIn, now: Timestamp) {
        let Some((principal, limit)) = principal.zip(log_in.limit) else { return };
        let mut records = self.records_of(principal, now);
        let excess = records.len().saturating_sub(limit.get() as usize);
        records.retain(|record| record.handle != handle);
        records.sort_by_key(|record| (record.times.authenticated, record.handle));
        for record in records.into_iter().take(excess) {
            self.end(principal, record.handle, now);
        }
    }

    /// Removes a session if it is this principal's, and answers whether it was live.
    fn end(&self, principal: &str, handle: Handle, now: Timestamp) -> bool {
        let mut shard = self.records.lock(&handle);
        let theirs = |record: &Record| record.principal.as_deref() == Some(principal);
        shard.get(&handle).is_some_and(theirs)
            && self.remove(&mut shard, handle).is_some_and(|record| record.is_live(now))
    }

    /// Removes a session, and tells those who listen.
    fn remove(&self, shard: &mut Records, handle: Handle) -> Option<Record> {
        let record = self.forget(shard, handle)?;
        self.endings.tell(handle);
        Some(record)
    }

    fn forget(&self, shard: &mut Records, handle: Handle) -> Option<Record> {
        let record = shard.remove(&handle)?;
        self.count.fetch_sub(1, Ordering::Relaxed);
        self.leave(record.principal.as_ref(), handle);
        Some(record)
    }

    fn sweep_shard(&self, shard: &mut Records, limit: usize, now: Timestamp) -> usize {
        let expired = shard.values().filter(|record| !record.is_live(now));
        let expired: HashSet<Handle> = expired.map(|record| record.handle).take(limit).collect();
        for handle in &expired {
            self.forget(shard, *handle);
        }
        expired.len()
    }
}
