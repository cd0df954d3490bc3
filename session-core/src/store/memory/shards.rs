//! A hash map in parts, each behind its own lock.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 128;

/// A lock is held for no longer than one operation of the store.
pub(super) struct Shards<K, V, S = RandomState> {
    parts: Vec<Mutex<HashMap<K, V, S>>>,
    hasher: S,
}

impl<K: Hash + Eq, V, S: BuildHasher + Clone> Shards<K, V, S> {
    pub(super) fn new(hasher: S) -> Self {
        let part = || Mutex::new(HashMap::with_hasher(hasher.clone()));
        Self { parts: (0..SHARDS).map(|_| part()).collect(), hasher }
    }

    /// The part that has this key, if any has. By bits of its hash that no map looks at: those are the
    /// highest seven, and as many of the lowest as its size needs.
    pub(super) fn lock<Q: Hash + ?Sized>(&self, key: &Q) -> MutexGuard<'_, HashMap<K, V, S>> {
        let index = usize::try_from((self.hasher.hash_one(key) >> 48) % SHARDS as u64);
        lock(&self.parts[index.expect("less than SHARDS")])
    }

    /// One part after the other.
    pub(super) fn each(&self) -> impl Iterator<Item = MutexGuard<'_, HashMap<K, V, S>>> {
        self.parts.iter().map(lock)
    }
}

/// Nothing can panic half-way through a change here, so that a poisoned lock is a whole map.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
