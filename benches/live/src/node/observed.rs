//! A store that counts the questions for live sessions, and may be without its feed of endings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use session_axum::store::{
    Ended, Endings, Health, Insert, Inserted, ListQuery, Liveness, Page, Record, Swept, Update,
    Updated,
};
use session_axum::{Handle, Store, StoreError};
use session_core::Now;

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
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.counts.loads.fetch_add(1, Ordering::Relaxed);
        self.store.load(handle, now).await
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        self.store.insert(insert, now).await
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        self.store.update(update, now).await
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.store.touch(handle, idle, now).await
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        self.store.delete(handle, remember, now).await
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        self.store.list(principal, query, now).await
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

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        self.store.delete_all(principal, except, now).await
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.store.sweep(limit, now).await
    }

    async fn health(&self) -> Result<Health, StoreError> {
        self.store.health().await
    }
}
