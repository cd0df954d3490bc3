//! `MemoryStore`: sessions in this process, for development, tests and single-node services that
//! may forget everybody at a restart.

use std::collections::hash_map::{Entry, HashMap};
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::store::{Insert, Inserted, Record, Store, StoreError, Swept, Update, Updated};
use crate::time::{Now, Timestamp};
use crate::token::Handle;

const SHARDS: usize = 128;

/// Sessions in this process's memory: bounded, sharded, expiring. Clones share them.
///
/// ```
/// # use session_core::MemoryStore;
/// let store = MemoryStore::new();
/// let small = MemoryStore::with_capacity(10_000);
/// ```
#[derive(Clone)]
pub struct MemoryStore(Arc<Inner>);

struct Inner {
    records: Shards<Handle, Record>,
    principals: Shards<String, BTreeSet<Handle>>,
    count: AtomicUsize,
    capacity: usize,
}

impl MemoryStore {
    /// A store for at most a million sessions.
    pub fn new() -> Self {
        Self::with_capacity(1_000_000)
    }

    /// A store for at most this many sessions. One more is refused with [`StoreError::Full`]:
    /// to drop another instead would log somebody out.
    pub fn with_capacity(sessions: usize) -> Self {
        Self(Arc::new(Inner {
            records: Shards::new(),
            principals: Shards::new(),
            count: AtomicUsize::new(0),
            capacity: sessions,
        }))
    }

    /// How many sessions it holds, expired ones that were not swept yet among them.
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
        let mut shard = self.0.records.lock(&insert.handle);
        if shard.contains_key(&insert.handle) {
            return Ok(Inserted::Occupied);
        }
        if !self.0.reserve() {
            self.0.sweep_shard(&mut shard, usize::MAX, now);
            if !self.0.reserve() {
                return Err(StoreError::Full(self.0.capacity));
            }
        }
        let record = Record::begun(insert, now);
        let times = record.times;
        self.0.join(record.principal.as_deref(), record.handle);
        shard.insert(record.handle, record);
        Ok(Inserted::Saved(times))
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        let now = now.on_this_machine();
        let mut shard = self.0.records.lock(&update.handle);
        let Some(record) = shard.get_mut(&update.handle).filter(|record| record.is_live(now))
        else {
            return Ok(Updated::Gone);
        };
        if record.revision != update.revision {
            return Ok(Updated::Conflict(Box::new(record.read_at(now))));
        }
        if record.principal != update.principal {
            self.0.leave(record.principal.as_deref(), record.handle);
            self.0.join(update.principal.as_deref(), record.handle);
        }
        record.become_of(update, now);
        Ok(Updated::Saved(record.times))
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

    async fn delete(&self, handle: Handle, now: Now) -> Result<bool, StoreError> {
        let now = now.on_this_machine();
        let mut shard = self.0.records.lock(&handle);
        Ok(self.0.remove(&mut shard, handle).is_some_and(|record| record.is_live(now)))
    }

    async fn list(&self, principal: &str, now: Now) -> Result<Vec<Record>, StoreError> {
        let now = now.on_this_machine();
        let mut records: Vec<Record> = Vec::new();
        for handle in self.0.sessions_of(principal) {
            let shard = self.0.records.lock(&handle);
            let record = shard.get(&handle).filter(|record| record.is_live(now));
            records.extend(
                record
                    .filter(|record| record.principal.as_deref() == Some(principal))
                    .map(|record| record.read_at(now)),
            );
        }
        records.sort_by_key(|record| (std::cmp::Reverse(record.times.created), record.handle));
        Ok(records)
    }

    async fn delete_all(&self, principal: &str, now: Now) -> Result<u64, StoreError> {
        let now = now.on_this_machine();
        let mut live = 0;
        for handle in self.0.sessions_of(principal) {
            let mut shard = self.0.records.lock(&handle);
            let theirs = |record: &Record| record.principal.as_deref() == Some(principal);
            if shard.get(&handle).is_some_and(theirs) {
                let removed = self.0.remove(&mut shard, handle);
                live += u64::from(removed.is_some_and(|record| record.is_live(now)));
            }
        }
        Ok(live)
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        let now = now.on_this_machine();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut removed = 0;
        for shard in &self.0.records.0 {
            removed += self.0.sweep_shard(&mut lock(shard), limit - removed, now);
            if removed == limit {
                return Ok(Swept::Some(removed as u64));
            }
        }
        Ok(Swept::All(removed as u64))
    }
}

/// A principal's set of sessions is only changed while the session's own shard is locked, in
/// this order, so that the two never disagree for long or for ever.
impl Inner {
    /// Takes a place for one more session, if there is one.
    fn reserve(&self) -> bool {
        let more = |count| (count < self.capacity).then_some(count + 1);
        self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn join(&self, principal: Option<&str>, handle: Handle) {
        let Some(principal) = principal else { return };
        self.principals.lock(principal).entry(principal.to_owned()).or_default().insert(handle);
    }

    fn leave(&self, principal: Option<&str>, handle: Handle) {
        let Some(principal) = principal else { return };
        if let Entry::Occupied(mut sessions) =
            self.principals.lock(principal).entry(principal.to_owned())
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

    fn remove(&self, shard: &mut HashMap<Handle, Record>, handle: Handle) -> Option<Record> {
        let record = shard.remove(&handle)?;
        self.count.fetch_sub(1, Ordering::Relaxed);
        self.leave(record.principal.as_deref(), handle);
        Some(record)
    }

    fn sweep_shard(
        &self,
        shard: &mut HashMap<Handle, Record>,
        limit: usize,
        now: Timestamp,
    ) -> usize {
        let expired = shard.values().filter(|record| !record.is_live(now));
        let expired: HashSet<Handle> = expired.map(|record| record.handle).take(limit).collect();
        for handle in &expired {
            self.remove(shard, *handle);
        }
        expired.len()
    }
}

/// A hash map in parts, each behind its own lock, held for no longer than one operation on it.
struct Shards<K, V>(Vec<Mutex<HashMap<K, V>>>, RandomState);

impl<K: Hash + Eq, V> Shards<K, V> {
    fn new() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect(), RandomState::new())
    }

    fn lock<Q: Hash + ?Sized>(&self, key: &Q) -> MutexGuard<'_, HashMap<K, V>> {
        let index =
            usize::try_from(self.1.hash_one(key) % SHARDS as u64).expect("less than SHARDS");
        lock(&self.0[index])
    }
}

/// Nothing can panic half-way through a change here, so that a poisoned lock is a whole map.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
