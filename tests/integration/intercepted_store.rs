//! A store in memory that asks a test before each call and tells it after: to fail there, or to wait.

use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_core::store::{Ended, Insert, Inserted, Record, Swept, Update, Updated};
use session_core::{Handle, MemoryStore, Now, Store, StoreError};

/// What is asked and told. An error on either side is what the caller gets; only what comes
/// before the call keeps it from having its effect.
pub(crate) trait Watch: Debug + Send + Sync + 'static {
    fn before(&self, call: &'static str) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn after(&self, call: &'static str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

#[derive(Debug)]
pub(crate) struct Watched<W> {
    /// The store, for a look behind the scenes.
    pub(crate) memory: MemoryStore,
    pub(crate) watch: Arc<W>,
    inserted: Arc<Mutex<Vec<Handle>>>,
}

impl<W: Watch> Watched<W> {
    pub(crate) fn new(watch: W) -> Self {
        Self { memory: MemoryStore::new(), watch: Arc::new(watch), inserted: Arc::default() }
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
        self.watch.before(call).await?;
        let answer = effect.await;
        self.watch.after(call).await?;
        answer
    }
}

impl<W> Clone for Watched<W> {
    fn clone(&self) -> Self {
        Self {
            memory: self.memory.clone(),
            watch: Arc::clone(&self.watch),
            inserted: Arc::clone(&self.inserted),
        }
    }
}

impl<W: Watch> Store for Watched<W> {
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

    async fn delete(&self, handle: Handle, now: Now) -> Result<bool, StoreError> {
        self.call("delete", self.memory.delete(handle, now)).await
    }

    async fn list(&self, principal: &str, now: Now) -> Result<Vec<Record>, StoreError> {
        self.call("list", self.memory.list(principal, now)).await
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
}
