//! The store: each operation of the contract, and the error that its failure is.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use session_core::store::{Ended, Insert, Inserted, Record, Swept, Update, Updated};
use session_core::{Handle, Now, Store, StoreError};

use crate::builder::{ConnectError, RedisBuilder};
use crate::fault::Fault;
use crate::operation::Operations;

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
pub struct RedisStore(Arc<Operations>);

impl RedisStore {
    /// A store on the server of this URL, under keys that begin with `session:`.
    ///
    /// `redis://user:password@host:6379/0`, or `rediss://…` for TLS, which takes a feature of this
    /// crate. Asks once, so that a mistake shows at the start.
    ///
    /// # Errors
    /// When the URL is wrong, or the server cannot be reached or refuses.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        Self::builder().connect(url).await
    }

    /// A store on the Redis Cluster that the nodes of these URLs belong to.
    ///
    /// One that answers is enough; several are for when some are down. User, password and TLS are
    /// those of the first URL, and hold for every node.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use session_redis::RedisStore;
    ///
    /// let store = RedisStore::cluster(["redis://one:6379", "redis://two:6379"]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a URL is wrong, or the cluster cannot be reached or refuses.
    pub async fn cluster<U: AsRef<str>>(
        urls: impl IntoIterator<Item = U>,
    ) -> Result<Self, ConnectError> {
        Self::builder().cluster(urls).await
    }

    /// A store on the master that these sentinels watch over.
    ///
    /// The second URL stands for the master: in place of a host it has the name by which the
    /// sentinels know it, and user, password, database and TLS are the server's.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use session_redis::RedisStore;
    ///
    /// let sentinels = ["redis://one:26379", "redis://two:26379", "redis://three:26379"];
    /// let store = RedisStore::sentinel(sentinels, "redis://app:secret@mymaster").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a URL is wrong, or no master can be reached or it refuses.
    pub async fn sentinel<U: AsRef<str>>(
        sentinels: impl IntoIterator<Item = U>,
        master: &str,
    ) -> Result<Self, ConnectError> {
        Self::builder().sentinel(sentinels, master).await
    }

    /// Sets up a store that differs from the default.
    pub fn builder() -> RedisBuilder {
        RedisBuilder::new()
    }

    pub(crate) fn with(operations: Operations) -> Self {
        Self(Arc::new(operations))
    }

    /// Loads a session that there cannot be, to see whether one could be loaded.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.load(Handle::from_bytes([0; 16]), Now::Store).await.map(drop)
    }

    fn told<T>(&self, answer: Result<T, Fault>) -> Result<T, StoreError> {
        answer.map_err(|fault| fault.into_error(self.0.deadline))
    }
}

impl Store for RedisStore {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.told(self.0.load(handle, now).await)
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        self.told(self.0.insert(insert, now).await)
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        self.told(self.0.update(update, now).await)
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.told(self.0.touch(handle, idle, now).await)
    }

    async fn delete(&self, handle: Handle, now: Now) -> Result<bool, StoreError> {
        self.told(self.0.delete(handle, now).await)
    }

    async fn list(&self, principal: &str, now: Now) -> Result<Vec<Record>, StoreError> {
        self.told(self.0.list(principal, now).await)
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        self.told(self.0.delete_all(principal, except, now).await)
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.told(self.0.sweep(limit, now).await)
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.0.keys.prefix())
            .field("deadline", &self.0.deadline)
            .finish_non_exhaustive()
    }
}
