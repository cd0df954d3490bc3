//! The decode cache: the states of sessions that were decoded lately, so that fields which come
//! back from the store unchanged are not decoded again.
//!
//! It answers nothing by itself: every request asks the store, and what is cached counts only if the
//! store (or the cookie that holds the session) has just given the very same bytes. So it is never
//! out of date, on however many nodes a session is changed.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::crypto::seal::SealAge;
use crate::crypto::token::Handle;
use crate::engine::sealing::NameId;
use crate::state::codec::DecodedState;

/// How many sessions are remembered. A session has one place, by its handle, and takes it from
/// whoever has it: that costs the other one a decoding.
const PLACE_COUNT: usize = 4096;

/// How many bytes of fields are remembered, of all sessions together. Their states take about as
/// much memory again.
const MAX_CACHED_BYTES: usize = 16 * 1024 * 1024;

/// What nobody has asked for in this time is forgotten.
const UNUSED_AFTER: Duration = Duration::from_mins(1);

pub(crate) struct DecodeCache<T> {
    places: Box<[Mutex<Place<T>>]>,
    /// How many bytes of fields are remembered.
    bytes: AtomicUsize,
    /// The place at which the search for room goes on.
    hand: AtomicUsize,
    began: Instant,
    /// How many times [`UNUSED_AFTER`] had passed since then, when it was last looked at.
    rounds: AtomicU64,
}

/// The session that has it.
type Place<T> = Option<Box<Entry<T>>>;

struct Entry<T> {
    handle: Handle,
    /// Its fields as the store has them, sealed or not.
    stored_bytes: Arc<[u8]>,
    cached: CachedState<T>,
    /// Whether it was found since the last [`DecodeCache::forget_unused`].
    used: bool,
}

impl<T> Entry<T> {
    /// How many bytes of fields are remembered with it: twice, if the store has them sealed.
    fn bytes(&self) -> usize {
        let Self { stored_bytes, cached, .. } = self;
        let is_shared = Arc::ptr_eq(stored_bytes, &cached.fields);
        stored_bytes.len() + if is_shared { 0 } else { cached.fields.len() }
    }
}

/// The fields of a record, and their state.
pub(crate) struct CachedState<T> {
    /// Unsealed.
    pub(crate) fields: Arc<[u8]>,
    pub(crate) seal: SealAge,
    /// The name that the session is stored under.
    pub(crate) name: NameId,
    pub(crate) decoded: DecodedState<T>,
}

impl<T> DecodeCache<T> {
    /// The state of these fields of this session's record at this age of the session, if it is
    /// remembered.
    pub(crate) fn find(
        &self,
        handle: Handle,
        stored_bytes: &Arc<[u8]>,
        age: Duration,
    ) -> Option<CachedState<T>> {
        let mut place = self.place(handle);
        let entry = place.as_mut().filter(|entry| {
            let known = &entry.stored_bytes;
            entry.handle == handle
                // A store in memory gives the same ones.
                && (Arc::ptr_eq(known, stored_bytes) || known == stored_bytes)
                && entry.cached.decoded.until.is_none_or(|until| age < until)
        })?;
        entry.used = true;
        Some(entry.cached.clone())
    }

    pub(crate) fn remember(&self, handle: Handle, stored_bytes: Arc<[u8]>, cached: CachedState<T>) {
        let entry = Entry { handle, stored_bytes, cached, used: true };
        let bytes = entry.bytes();
        if bytes > MAX_CACHED_BYTES {
            return;
        }
        // Where no cleaner runs, whoever comes sees to it.
        let round = self.began.elapsed().as_secs() / UNUSED_AFTER.as_secs();
        if self.rounds.swap(round, Ordering::Relaxed) != round {
            self.forget_unused();
        }
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let former = match &mut *self.place(handle) {
            Some(former) => Some(std::mem::replace(&mut **former, entry)),
            place => {
                *place = Some(Box::new(entry));
                None
            }
        };
        if let Some(former) = former {
            self.forgot(&former);
        }
        self.make_room();
    }

    /// The session has ended.
    pub(crate) fn forget(&self, handle: Handle) {
        let forgotten = self.place(handle).take_if(|entry| entry.handle == handle);
        if let Some(entry) = forgotten {
            self.forgot(&entry);
        }
    }

    /// What nobody has asked for since the last time does not stay in memory.
    pub(crate) fn forget_unused(&self) {
        for place in &self.places {
            self.forget_if_unused(place);
        }
    }

    /// Forgets sessions until the others take no more than they may: from place to place, those that
    /// nobody has asked for since it was there the last time.
    fn make_room(&self) {
        for _ in 0..2 * PLACE_COUNT {
            if self.bytes.load(Ordering::Relaxed) <= MAX_CACHED_BYTES {
                return;
            }
            let hand = self.hand.fetch_add(1, Ordering::Relaxed);
            self.forget_if_unused(&self.places[hand % PLACE_COUNT]);
        }
    }

    fn forget_if_unused(&self, place: &Mutex<Place<T>>) {
        let forgotten = lock(place).take_if(|entry| !std::mem::take(&mut entry.used));
        if let Some(entry) = forgotten {
            self.forgot(&entry);
        }
    }

    /// This one is not remembered any more.
    fn forgot(&self, entry: &Entry<T>) {
        self.bytes.fetch_sub(entry.bytes(), Ordering::Relaxed);
    }

    /// By the part of the handle that is drawn at random. Handles are the server's own, so that
    /// nobody outside chooses who shares a place.
    fn place(&self, handle: Handle) -> MutexGuard<'_, Place<T>> {
        let [.., high, low] = *handle.as_bytes();
        lock(&self.places[usize::from(u16::from_be_bytes([high, low])) % PLACE_COUNT])
    }
}

/// An entry is replaced as a whole, so that a poisoned lock is a whole one.
fn lock<V>(place: &Mutex<V>) -> MutexGuard<'_, V> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Default for DecodeCache<T> {
    fn default() -> Self {
        Self {
            places: (0..PLACE_COUNT).map(|_| Mutex::default()).collect(),
            bytes: AtomicUsize::new(0),
            hand: AtomicUsize::new(0),
            began: Instant::now(),
            rounds: AtomicU64::new(0),
        }
    }
}

impl<T> Clone for CachedState<T> {
    fn clone(&self) -> Self {
        Self { fields: Arc::clone(&self.fields), decoded: self.decoded.clone(), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(number: u8) -> Handle {
        let mut bytes = [7; 16];
        bytes[0] = number;
        Handle::from_bytes(bytes)
    }

    fn remember(cache: &DecodeCache<u8>, number: u8, stored_bytes: &[u8]) {
        let fields = Arc::from(stored_bytes);
        let cached = CachedState {
            fields,
            seal: SealAge::Current,
            name: NameId::NEW,
            decoded: DecodedState { state: Arc::new(number), until: None },
        };
        cache.remember(handle(number), stored_bytes.into(), cached);
    }

    fn find(cache: &DecodeCache<u8>, number: u8, stored_bytes: &[u8]) -> Option<u8> {
        let found = cache.find(handle(number), &stored_bytes.into(), Duration::ZERO);
        found.map(|cached| *cached.decoded.state)
    }

    #[test]
    fn only_the_same_bytes_of_the_same_session_are_found() {
        let cache = DecodeCache::default();
        remember(&cache, 1, b"one");
        assert_eq!(find(&cache, 1, b"one"), Some(1));
        assert_eq!(find(&cache, 1, b"two"), None);
        assert_eq!(find(&cache, 2, b"one"), None);
        remember(&cache, 1, b"two");
        assert_eq!(find(&cache, 1, b"one"), None);
        assert_eq!(find(&cache, 1, b"two"), Some(1));
    }

    #[test]
    fn a_state_is_not_found_at_an_age_at_which_it_is_another() {
        let cache = DecodeCache::default();
        remember(&cache, 1, b"one");
        let mut place = cache.place(handle(1));
        place.as_mut().unwrap().cached.decoded.until = Some(Duration::from_mins(1));
        drop(place);
        let found = |seconds| {
            cache.find(handle(1), &(*b"one").into(), Duration::from_secs(seconds)).is_some()
        };
        assert!(found(0) && found(59) && !found(60) && !found(61));
    }

    #[test]
    fn two_sessions_of_one_place_take_it_from_each_other() {
        let cache = DecodeCache::default();
        remember(&cache, 1, b"one");
        remember(&cache, 2, b"two");
        assert_eq!(find(&cache, 1, b"one"), None);
        cache.forget(handle(1));
        assert_eq!(find(&cache, 2, b"two"), Some(2));
        cache.forget(handle(2));
        assert_eq!(find(&cache, 2, b"two"), None);
    }

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let cache = DecodeCache::default();
        remember(&cache, 1, b"one");
        cache.forget_unused();
        assert_eq!(find(&cache, 1, b"one"), Some(1));
        cache.forget_unused();
        cache.forget_unused();
        assert_eq!(find(&cache, 1, b"one"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_asks_for_is_forgotten_where_no_cleaner_runs() {
        let cache = DecodeCache::default();
        remember(&cache, 1, b"one");
        for number in 2..=3 {
            tokio::time::advance(UNUSED_AFTER).await;
            let mut elsewhere = [number; 16];
            elsewhere[15] = 0;
            let cached = CachedState {
                fields: Arc::default(),
                seal: SealAge::Current,
                name: NameId::NEW,
                decoded: DecodedState { state: Arc::new(number), until: None },
            };
            cache.remember(Handle::from_bytes(elsewhere), Arc::default(), cached);
        }
        assert_eq!(find(&cache, 1, b"one"), None);
    }

    /// Of the session at this place, with so many bytes.
    fn remember_at(cache: &DecodeCache<u16>, place: u16, bytes: usize) {
        let mut handle = [7; 16];
        handle[14..].copy_from_slice(&place.to_be_bytes());
        let fields: Arc<[u8]> = vec![0; bytes].into();
        let cached = CachedState {
            fields: Arc::clone(&fields),
            seal: SealAge::Current,
            name: NameId::NEW,
            decoded: DecodedState { state: Arc::new(place), until: None },
        };
        cache.remember(Handle::from_bytes(handle), fields, cached);
    }

    fn remembered_places(cache: &DecodeCache<u16>) -> Vec<u16> {
        cache
            .places
            .iter()
            .filter_map(|place| Some(*lock(place).as_ref()?.cached.decoded.state))
            .collect()
    }

    #[test]
    fn sessions_of_any_size_are_remembered_up_to_a_sum_of_bytes() {
        let cache = DecodeCache::default();
        remember_at(&cache, 1, 62_000);
        remember_at(&cache, 2, MAX_CACHED_BYTES / 2);
        assert_eq!(remembered_places(&cache), [1, 2]);
        remember_at(&cache, 3, MAX_CACHED_BYTES + 1);
        assert_eq!(remembered_places(&cache), [1, 2]);
        for place in 3..100 {
            remember_at(&cache, place, MAX_CACHED_BYTES / 10);
            assert!(cache.bytes.load(Ordering::Relaxed) <= MAX_CACHED_BYTES);
        }
        assert!(remembered_places(&cache).len() >= 9);
    }

    #[test]
    fn what_is_asked_for_makes_no_room_for_others() {
        let cache = DecodeCache::default();
        let busy =
            |place: u16| lock(&cache.places[usize::from(place)]).as_mut().unwrap().used = true;
        for place in 0..20 {
            remember_at(&cache, place, MAX_CACHED_BYTES / 20);
        }
        cache.forget_unused();
        busy(3);
        remember_at(&cache, 21, MAX_CACHED_BYTES / 4);
        let left = remembered_places(&cache);
        assert!(left.contains(&3) && left.contains(&21), "{left:?}");
        assert_eq!(left.len(), 16);
    }

    #[test]
    fn the_sum_of_bytes_is_that_of_what_is_remembered() {
        let cache = DecodeCache::default();
        let sum = || cache.bytes.load(Ordering::Relaxed);
        remember_at(&cache, 1, 100);
        remember_at(&cache, 1, 30);
        remember_at(&cache, 2, 5);
        assert_eq!(sum(), 35);
        let mut handle = [7; 16];
        handle[14..].copy_from_slice(&[0, 1]);
        cache.forget(Handle::from_bytes(handle));
        assert_eq!(sum(), 5);
        cache.forget_unused();
        cache.forget_unused();
        assert_eq!(sum(), 0);
    }
}
