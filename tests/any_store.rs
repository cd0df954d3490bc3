//! Any store, as one type: a test that runs on every store is compiled once.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use session_axum::{Handle, MemoryStore, Now, Sealing, Store, StoreError, delegate_store};
use session_core::store::{
    Ended, Endings, Health, Insert, Inserted, ListQuery, Liveness, Page, Record, Swept, Update,
    Updated,
};

use crate::TestStore;
use crate::settings::{self, Keys};

/// Where a test keeps its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this process.
    Memory,
    /// In a database of its own.
    #[cfg(feature = "postgres")]
    Postgres,
    /// In a file of its own.
    #[cfg(feature = "sqlite")]
    Sqlite,
    /// Under a prefix of its own.
    #[cfg(feature = "redis")]
    Redis,
    /// The same, on several servers.
    #[cfg(feature = "redis")]
    RedisCluster,
}

/// Any store, and how an application uses it.
#[derive(Clone)]
pub struct AnyStore {
    store: Arc<dyn DynStore>,
    place: Place,
    keys: Keys,
}

impl AnyStore {
    /// An empty one, which no other test sees.
    pub async fn empty(place: Place, keys: Keys) -> Self {
        let store: Arc<dyn DynStore> = match place {
            Place::Memory => Arc::new(MemoryStore::new()),
            #[cfg(feature = "postgres")]
            Place::Postgres => Arc::new(settings::postgres().await),
            #[cfg(feature = "sqlite")]
            Place::Sqlite => Arc::new(settings::sqlite().await),
            #[cfg(feature = "redis")]
            Place::Redis => Arc::new(settings::redis().await),
            #[cfg(feature = "redis")]
            Place::RedisCluster => Arc::new(settings::redis_cluster().await),
        };
        Self { store, place, keys }
    }
}

impl TestStore for AnyStore {
    async fn another(&self) -> Self {
        Self::empty(self.place, self.keys).await
    }

    fn sealing(&self) -> Option<Sealing> {
        match self.keys {
            Keys::None => None,
            Keys::Required => Some(Sealing::Required(settings::ring())),
        }
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

type Answer<'a, R> = Pin<Box<dyn Future<Output = Result<R, StoreError>> + Send + 'a>>;

/// Writes each method of a store twice: as one that can be called without knowing the store, and as the call of it.
macro_rules! dyn_store {
    ($($method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        /// [`Store`] behind a pointer.
        #[expect(clippy::elidable_lifetime_names, reason = "the arguments of some live as long")]
        trait DynStore: fmt::Debug + Send + Sync {
            $(fn $method<'a>(&'a self, $($argument: $type),*) -> Answer<'a, $answer>;)*
        }

        #[expect(clippy::elidable_lifetime_names, reason = "the arguments of some live as long")]
        impl<S: Store> DynStore for S {
            $(fn $method<'a>(&'a self, $($argument: $type),*) -> Answer<'a, $answer> {
                Box::pin(Store::$method(self, $($argument),*))
            })*
        }
    };
}

dyn_store! {
    load(handle: Handle, now: Now) -> Option<Record>;
    insert(insert: Insert, now: Now) -> Inserted;
    update(update: Update, now: Now) -> Updated;
    touch(handle: Handle, idle: Duration, now: Now) -> bool;
    delete(handle: Handle, remember: Option<Duration>, now: Now) -> bool;
    list(principal: &'a str, query: ListQuery, now: Now) -> Page;
    alive(handles: &'a [Handle], now: Now) -> Vec<Option<Liveness>>;
    endings() -> Option<Endings>;
    delete_all(principal: &'a str, except: Option<Handle>, now: Now) -> Ended;
    sweep(limit: u32, now: Now) -> Swept;
    health() -> Health;
}

impl Store for AnyStore {
    delegate_store!(self.store);
}
