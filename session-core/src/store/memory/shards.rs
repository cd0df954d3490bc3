//! A hash map in parts, each behind its own lock.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 128;

/// A lock is held for no longer than one operation of the store.
pub(super) struct Shards<K, V>(Vec<Mutex<HashMap<K, V>>>, RandomState);

impl<K: Hash + Eq, V> Shards<K, V> {
    pub(super) fn new() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect(), RandomState::new())
    }

    /// The part that has this key, if any has.
    pub(super) fn lock<Q: Hash + ?Sized>(&self, key: &Q) -> MutexGuard<'_, HashMap<K, V>> {
        let index =
            usize::try_from(self.1.hash_one(key) % SHARDS as u64).expect("less than SHARDS");
        lock(&self.0[index])
    }

    /// One part after the other.
    pub(super) fn each(&self) -> impl Iterator<Item = MutexGuard<'_, HashMap<K, V>>> {
        self.0.iter().map(lock)
    }
}

/// Nothing can panic half-way through a change here, so that a poisoned lock is a whole map.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
