//! The notes of a diary that were acknowledged, to be compared with what is stored.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use session_tests::Client;

use super::app::Page;

/// The notes that were sent to one diary, and whose adding was acknowledged.
pub(crate) struct Ledger {
    visitor: Client,
    name: String,
    sent: Mutex<BTreeSet<u64>>,
    acknowledged: Mutex<BTreeSet<u64>>,
}

impl Ledger {
    /// Of a diary that has just been begun.
    pub(crate) fn of(visitor: Client, name: String) -> Self {
        Self { visitor, name, sent: Mutex::default(), acknowledged: Mutex::default() }
    }

    /// Somebody with the diary's cookie.
    pub(crate) fn visitor(&self) -> Client {
        self.visitor.clone()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The note is about to be sent. If it is refused, nobody knows whether it is there.
    pub(crate) fn will_send(&self, note: u64) {
        lock(&self.sent).insert(note);
    }

    /// The note was acknowledged.
    pub(crate) fn acknowledge(&self, note: u64) {
        lock(&self.acknowledged).insert(note);
    }

    /// What was acknowledged so far.
    pub(crate) fn acknowledged(&self) -> BTreeSet<u64> {
        lock(&self.acknowledged).clone()
    }

    /// Whether the diary is what it must be: everything acknowledged, nothing twice, nothing of others.
    pub(crate) fn compare(&self, page: &Page) {
        assert_eq!(page.name, self.name, "the session was emptied");
        let notes: BTreeSet<_> = page.notes.iter().copied().collect();
        assert_eq!(notes.len(), page.notes.len(), "a note is there twice");
        assert_eq!(page.count, page.notes.len(), "half of a change was saved");
        let acknowledged = self.acknowledged();
        let lost: Vec<_> = acknowledged.difference(&notes).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let sent = lock(&self.sent);
        let strange: Vec<_> = notes.difference(&sent).collect();
        assert!(strange.is_empty(), "nobody wrote {strange:?}");
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
