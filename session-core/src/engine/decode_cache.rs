//! The sessions that were decoded lately, so that fields which come back from the store unchanged
//! are not decoded again.
//!
//! It answers nothing by itself: every request asks the store, and what is found here counts only
//! if the store (or the cookie that keeps the session) has just given the very same bytes. So it is never out of date, on however many
//! nodes a session is changed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::crypto::token::Handle;

/// How many sessions are remembered. A session has one place, by its handle, and takes it from
/// whoever has it: that costs the other one a decoding.
const PLACES: usize = 4096;

/// A session with more bytes of fields is not remembered: it would take much memory for long.
const LARGEST: usize = 4096;

/// What nobody has asked for in this time is forgotten.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Decoded<T> {
    places: Box<[Mutex<Place<T>>]>,
    began: Instant,
    /// How often the patience was over since then.
    rounds: AtomicU64,
}

/// Who has it.
type Place<T> = Option<Box<Entry<T>>>;

struct Entry<T> {
    handle: Handle,
    /// Its fields as the store has them, sealed or not.
    kept: Arc<[u8]>,
    found: Found<T>,
    /// Whether it was found since the last [`Decoded::forget_unused`].
    used: bool,
}

/// What the fields of a record were found to be.
pub(crate) struct Found<T> {
    /// Opened.
    pub(crate) fields: Arc<[u8]>,
    /// See [`Stored::stale`](crate::engine::stored::Stored::stale).
    pub(crate) stale: bool,
    pub(crate) state: Arc<T>,
}

impl<T> Decoded<T> {
    /// What these fields of this session's record are, if that is remembered.
    pub(crate) fn find(&self, handle: Handle, kept: &[u8]) -> Option<Found<T>> {
        let mut place = self.place(handle);
        let entry =
            place.as_mut().filter(|entry| entry.handle == handle && *entry.kept == *kept)?;
        entry.used = true;
        Some(entry.found.clone())
    }

    pub(crate) fn remember(&self, handle: Handle, kept: Arc<[u8]>, found: Found<T>) {
        if kept.len() > LARGEST {
            return;
        }
        // Where no cleaner runs, whoever comes sees to it.
        let round = self.began.elapsed().as_secs() / PATIENCE.as_secs();
        if self.rounds.swap(round, Ordering::Relaxed) != round {
            self.forget_unused();
        }
        *self.place(handle) = Some(Box::new(Entry { handle, kept, found, used: true }));
    }

    /// The session has ended.
    pub(crate) fn forget(&self, handle: Handle) {
        self.place(handle).take_if(|entry| entry.handle == handle);
    }

    /// What nobody has asked for since the last time does not stay in memory.
    pub(crate) fn forget_unused(&self) {
        for place in &self.places {
            lock(place).take_if(|entry| !std::mem::take(&mut entry.used));
        }
    }

    /// By the part of the handle that is drawn at random. Handles are the server's own, so that
    /// nobody outside chooses who shares a place.
    fn place(&self, handle: Handle) -> MutexGuard<'_, Place<T>> {
        let [.., high, low] = *handle.as_bytes();
        lock(&self.places[usize::from(u16::from_be_bytes([high, low])) % PLACES])
    }
}

/// An entry is replaced as a whole, so that a poisoned lock is a whole one.
fn lock<V>(place: &Mutex<V>) -> MutexGuard<'_, V> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Default for Decoded<T> {
    fn default() -> Self {
        Self {
            places: (0..PLACES).map(|_| Mutex::default()).collect(),
            began: Instant::now(),
            rounds: AtomicU64::new(0),
        }
    }
}

impl<T> Clone for Found<T> {
    fn clone(&self) -> Self {
        Self { fields: Arc::clone(&self.fields), stale: self.stale, state: Arc::clone(&self.state) }
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

    fn remember(decoded: &Decoded<u8>, number: u8, kept: &[u8]) {
        let fields = Arc::from(kept);
        let found = Found { fields, stale: false, state: Arc::new(number) };
        decoded.remember(handle(number), kept.into(), found);
    }

    fn find(decoded: &Decoded<u8>, number: u8, kept: &[u8]) -> Option<u8> {
        decoded.find(handle(number), kept).map(|found| *found.state)
    }

    #[test]
    fn only_the_same_bytes_of_the_same_session_are_found() {
        let decoded = Decoded::default();
        remember(&decoded, 1, b"one");
        assert_eq!(find(&decoded, 1, b"one"), Some(1));
        assert_eq!(find(&decoded, 1, b"two"), None);
        assert_eq!(find(&decoded, 2, b"one"), None);
        remember(&decoded, 1, b"two");
        assert_eq!(find(&decoded, 1, b"one"), None);
        assert_eq!(find(&decoded, 1, b"two"), Some(1));
    }

    #[test]
    fn two_sessions_of_one_place_take_it_from_each_other() {
        let decoded = Decoded::default();
        remember(&decoded, 1, b"one");
        remember(&decoded, 2, b"two");
        assert_eq!(find(&decoded, 1, b"one"), None);
        decoded.forget(handle(1));
        assert_eq!(find(&decoded, 2, b"two"), Some(2));
        decoded.forget(handle(2));
        assert_eq!(find(&decoded, 2, b"two"), None);
    }

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let decoded = Decoded::default();
        remember(&decoded, 1, b"one");
        decoded.forget_unused();
        assert_eq!(find(&decoded, 1, b"one"), Some(1));
        decoded.forget_unused();
        decoded.forget_unused();
        assert_eq!(find(&decoded, 1, b"one"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_asks_for_is_forgotten_where_no_cleaner_runs() {
        let decoded = Decoded::default();
        remember(&decoded, 1, b"one");
        for number in 2..=3 {
            tokio::time::advance(PATIENCE).await;
            let mut elsewhere = [number; 16];
            elsewhere[15] = 0;
            let found = Found { fields: Arc::default(), stale: false, state: Arc::new(number) };
            decoded.remember(Handle::from_bytes(elsewhere), Arc::default(), found);
        }
        assert_eq!(find(&decoded, 1, b"one"), None);
    }

    #[test]
    fn large_sessions_are_not_remembered() {
        let decoded = Decoded::default();
        remember(&decoded, 1, &[0; LARGEST]);
        remember(&decoded, 2, &[0; LARGEST + 1]);
        assert_eq!(find(&decoded, 1, &[0; LARGEST]), Some(1));
        assert_eq!(find(&decoded, 2, &[0; LARGEST + 1]), None);
    }
}
