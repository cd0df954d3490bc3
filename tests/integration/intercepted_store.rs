//! A store in memory that a test intercepts before and after each call: to fail there, or to wait.

use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_axum::{Handle, MemoryStore, Store, StoreError};
use session_core::Now;
use session_core::store::{
    Ended, Endings, Health, Insert, Inserted, ListQuery, Liveness, Page, Record, Swept, Update,
    Updated,
};

/// Runs before and after each call. An error on either side is what the caller gets; only one
/// before the call keeps it from having its effect.
pub(crate) trait Interceptor: Debug + Send + Sync + 'static {
    fn before(&self, call: &'static str) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn after(&self, call: &'static str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

#[derive(Debug)]
pub(crate) struct InterceptedStore<I> {
    /// The store, for a look behind the scenes.
    pub(crate) memory: MemoryStore,
    pub(crate) interceptor: Arc<I>,
    inserted: Arc<Mutex<Vec<Handle>>>,
}

impl<I: Interceptor> InterceptedStore<I> {
    pub(crate) fn new(interceptor: I) -> Self {
        Self {
            memory: MemoryStore::new(),
            interceptor: Arc::new(interceptor),
            inserted: Arc::default(),
        }
    }

    /// The sessions that were ever stored, in that order.
    pub(crate) fn inserted(&self) -> Vec<Handle> {
        self.inserted.lock().unwrap().clone()
    }

    async fn call<R>(
        &self,
        call: &'static str,
        effect: impl Future<Output = Result<R, StoreError>> + Send,
    ) -> Result<R, StoreError> {
        self.interceptor.before(call).await?;
        let answer = effect.await;
        self.interceptor.after(call).await?;
        answer
    }
}

impl<I> Clone for InterceptedStore<I> {
    fn clone(&self) -> Self {
        Self {
            memory: self.memory.clone(),
            interceptor: Arc::clone(&self.interceptor),
            inserted: Arc::clone(&self.inserted),
        }
    }
}

impl<I: Interceptor> Store for InterceptedStore<I> {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.call("load", self.memory.load(handle, now)).await
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        let handle = insert.handle;
        let effect = async {
            let answer = self.memory.insert(insert, now).await;
            if matches!(answer, Ok(Inserted::Saved(_))) {
                self.inserted.lock().unwrap().push(handle);
            }
            answer
        };
        self.call("insert", effect).await
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        self.call("update", self.memory.update(update, now)).await
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.call("touch", self.memory.touch(handle, idle, now)).await
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        self.call("delete", self.memory.delete(handle, remember, now)).await
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        self.call("list", self.memory.list(principal, query, now)).await
    }

    async fn alive(
        &self,
        handles: &[Handle],
        now: Now,
    ) -> Result<Vec<Option<Liveness>>, StoreError> {
        self.memory.alive(handles, now).await
    }

    async fn endings(&self) -> Result<Option<Endings>, StoreError> {
        self.memory.endings().await
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        self.call("delete_all", self.memory.delete_all(principal, except, now)).await
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.call("sweep", self.memory.sweep(limit, now)).await
    }

    async fn health(&self) -> Result<Health, StoreError> {
        self.memory.health().await
    }
}
