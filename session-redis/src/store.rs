//! The store: each operation of the contract, and the error when it fails.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use session_core::store::{
    Ended, Endings, Health, Insert, Inserted, ListQuery, Liveness, Page, Record, Swept, Update,
    Updated,
};
use session_core::{Handle, Now, Store, StoreError};

use crate::connection::CommandError;
use crate::operation::{IndexCheck, Operations};

/// Keeps sessions in Redis.
///
/// A clone is the same store: it shares the connections.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use session_redis::RedisStore;
///
/// let store = RedisStore::connect("redis://localhost").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[doc(alias("redis", "valkey", "sentinel", "cluster"))]
pub struct RedisStore(Arc<Operations>);

impl RedisStore {
    pub(crate) fn new(operations: Operations) -> Self {
        Self(Arc::new(operations))
    }

    /// Finds out whether it can be used.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.or_store_error(self.0.check().await)
    }

    /// Looks at every session, and restores those that are missing in the index of their principal, by which they are
    /// listed and ended together: after keys were evicted or deleted by hand, or a fail-over lost some of them. A
    /// session in use is restored by itself, at its next write or touch.
    ///
    /// It takes a `SCAN` (the rule `+scan`) and a short script for each thousand keys of the server, and holds up nobody
    /// for longer; `progress` is called after each. Dropping it is harmless: what was restored stays so. In a cluster,
    /// do not move slots meanwhile.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use session_redis::RedisStore;
    ///
    /// let store = RedisStore::connect("redis://localhost").await?;
    /// let check = store.check_indexes(|so_far| println!("{so_far}")).await?;
    /// assert_eq!(check.restored, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the server cannot be used, the user may not scan, or the connection was lost: begin again then.
    pub async fn check_indexes(
        &self,
        mut progress: impl FnMut(&IndexCheck) + Send,
    ) -> Result<IndexCheck, StoreError> {
        self.or_store_error(self.0.check_indexes(&mut progress).await)
    }

    fn or_store_error<T>(&self, answer: Result<T, CommandError>) -> Result<T, StoreError> {
        answer.map_err(|error| error.into_store_error(self.0.timeout))
    }
}

impl Store for RedisStore {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.or_store_error(self.0.load(handle, now).await)
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        self.or_store_error(self.0.insert(insert, now).await)
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        self.or_store_error(self.0.update(update, now).await)
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.or_store_error(self.0.touch(handle, idle, now).await)
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        self.or_store_error(self.0.delete(handle, remember, now).await)
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        self.or_store_error(self.0.list(principal, query, now).await)
    }

    async fn alive(
        &self,
        handles: &[Handle],
        now: Now,
    ) -> Result<Vec<Option<Liveness>>, StoreError> {
        self.or_store_error(self.0.alive(handles, now).await)
    }

    async fn endings(&self) -> Result<Option<Endings>, StoreError> {
        self.or_store_error(self.0.endings().await)
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        self.or_store_error(self.0.delete_all(principal, except, now).await)
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.or_store_error(self.0.sweep(limit, now).await)
    }

    /// Whether the server can be written to at this moment: an error if it is loading, a replica, full, too old, misses
    /// its replicas, has failed to save, or if the user lacks a right. In a cluster each master is asked, and it is an
    /// error if none can be written to; otherwise those that cannot are warnings.
    ///
    /// Warnings are what loses sessions or log-outs without an error: a server that evicts keys or has done so, whose last
    /// snapshot or log failed, or whose user may not publish; and a user who may not ask (`+info`).
    async fn health(&self) -> Result<Health, StoreError> {
        self.or_store_error(self.0.health().await)
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.0.keys.prefix())
            .field("deadline", &self.0.timeout)
            .finish_non_exhaustive()
    }
}
