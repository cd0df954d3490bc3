//! Settings other than a store alone: with keys, or on a Redis Cluster.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::LazyLock;
use std::time::Duration;

use session_axum::{Handle, KeyRing, Sealing, Store, StoreError};
use session_core::Now;
use session_core::store::{
    Ended, Endings, Health, Insert, Inserted, ListQuery, Liveness, Page, Record, Swept, Update,
    Updated,
};

use crate::TestStore;

/// A store, and how an application uses it.
pub trait Setting: 'static {
    /// The store.
    type Store: Store + Clone;

    /// An empty one, which no other test sees.
    fn empty() -> impl Future<Output = Self::Store>;

    /// Which keys the application has: none unless told otherwise.
    fn sealing() -> Option<Sealing> {
        None
    }
}

/// The keys of this process, as its configuration would have them.
pub fn keys() -> &'static str {
    static KEYS: LazyLock<String> =
        LazyLock::new(|| KeyRing::generate().expect("the system's random source works"));
    &KEYS
}

/// The same, parsed.
///
/// # Panics
/// Never: they were generated as keys.
pub fn ring() -> KeyRing {
    KeyRing::parse(keys()).expect("they were generated as keys")
}

/// Records are sealed, and cookies are signed.
#[derive(Debug)]
pub struct WithKeys<S>(PhantomData<S>);

impl<S: TestStore> Setting for WithKeys<S> {
    type Store = S;

    fn empty() -> impl Future<Output = S> {
        S::empty()
    }

    fn sealing() -> Option<Sealing> {
        Some(Sealing::Required(ring()))
    }
}

/// A Redis Cluster, which the tests of a process share.
#[cfg(feature = "redis")]
#[derive(Debug)]
pub struct OnCluster;

#[cfg(feature = "redis")]
impl Setting for OnCluster {
    type Store = session_redis::RedisStore;

    async fn empty() -> Self::Store {
        let urls = session_test_support::RedisCluster::shared().await.urls();
        crate::redis().cluster(urls).await.expect("the cluster is up")
    }
}

/// The store of a setting, as a [`TestStore`].
pub struct SetUp<P: Setting>(P::Store);

impl<P: Setting> TestStore for SetUp<P> {
    async fn empty() -> Self {
        Self(P::empty().await)
    }

    fn sealing() -> Option<Sealing> {
        P::sealing()
    }
}

impl<P: Setting> Clone for SetUp<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P: Setting> fmt::Debug for SetUp<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<P: Setting> Store for SetUp<P> {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.0.load(handle, now).await
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        self.0.insert(insert, now).await
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        self.0.update(update, now).await
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.0.touch(handle, idle, now).await
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        self.0.delete(handle, remember, now).await
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        self.0.list(principal, query, now).await
    }

    async fn alive(
        &self,
        handles: &[Handle],
        now: Now,
    ) -> Result<Vec<Option<Liveness>>, StoreError> {
        self.0.alive(handles, now).await
    }

    async fn endings(&self) -> Result<Option<Endings>, StoreError> {
        self.0.endings().await
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        self.0.delete_all(principal, except, now).await
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.0.sweep(limit, now).await
    }

    async fn health(&self) -> Result<Health, StoreError> {
        self.0.health().await
    }
}
