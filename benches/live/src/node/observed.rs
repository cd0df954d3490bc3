//! A store that counts the questions for live sessions, and may be without its feed of endings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use session_axum::store::{Endings, Liveness, Record};
use session_axum::{Handle, Now, Store, StoreError, delegate_store};

/// A store beside the counts of its calls.
#[derive(Clone, Debug)]
pub(super) struct Observed<S> {
    store: S,
    has_feed: bool,
    pub(super) counts: Arc<Counts>,
}

/// What it was asked.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Questions for many sessions at once, and for how many.
    pub(super) questions: AtomicU64,
    pub(super) asked: AtomicU64,
    pub(super) loads: AtomicU64,
}

impl<S> Observed<S> {
    pub(super) fn new(store: S, has_feed: bool) -> Self {
        Self { store, has_feed, counts: Arc::default() }
    }
}

impl<S: Store> Store for Observed<S> {
    delegate_store!(self.store, except load, alive, endings);

    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.counts.loads.fetch_add(1, Ordering::Relaxed);
        self.store.load(handle, now).await
    }

    async fn alive(
        &self,
        handles: &[Handle],
        now: Now,
    ) -> Result<Vec<Option<Liveness>>, StoreError> {
        self.counts.questions.fetch_add(1, Ordering::Relaxed);
        self.counts.asked.fetch_add(handles.len() as u64, Ordering::Relaxed);
        self.store.alive(handles, now).await
    }

    async fn endings(&self) -> Result<Option<Endings>, StoreError> {
        if self.has_feed { self.store.endings().await } else { Ok(None) }
    }
}
