//! What the tests share: `on_each_store!` makes a test of each function on every store; a client and a store that a
//! test probes.
//!
//! The features `postgres`, `redis` and `sqlite` say which stores there are beside the one in memory.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a test reports")]

use std::future::Future;

use session_axum::{MemoryStore, Sealing, Store};

mod any_store;
mod client;
mod probed_store;
pub mod settings;

pub use any_store::{AnyStore, Place};
pub use client::{COOKIE_NAME, Client, Reply};
pub use probed_store::ProbedStore;
pub use session_axum::testing::{Fault, Operation as Call};

/// A store of which a test can have another, and how an application uses it.
pub trait TestStore: Store + Clone {
    /// Another one of its kind: empty, and no other test sees it.
    fn another(&self) -> impl Future<Output = Self>;

    /// Which keys the application has: none unless told otherwise.
    fn sealing(&self) -> Option<Sealing> {
        None
    }
}

impl TestStore for MemoryStore {
    async fn another(&self) -> Self {
        Self::new()
    }
}

#[cfg(feature = "postgres")]
impl TestStore for session_sqlx::PostgresStore {
    async fn another(&self) -> Self {
        settings::postgres().await
    }
}

#[cfg(feature = "sqlite")]
impl TestStore for session_sqlx::SqliteStore {
    async fn another(&self) -> Self {
        settings::sqlite().await
    }
}

#[cfg(feature = "redis")]
impl TestStore for session_redis::RedisStore {
    async fn another(&self) -> Self {
        settings::redis().await
    }
}

/// Makes a test of each function on every store. It is given an empty store:
/// `async fn a_sentence<S: TestStore>(store: S)`.
///
/// The tests of a store lie in a module of its name, so that a filter such as `sqlite::` selects them. With
/// `with_keys;` in front they run in memory with keys too; with `with_keys_and_on_a_cluster;` also with keys on
/// SQLite, and on a Redis Cluster.
#[macro_export]
macro_rules! on_each_store {
    (with_keys; $($test:ident),* $(,)?) => {
        $crate::on_each_store! { $($test),* }
        $crate::on_each_store! { @on memory_with_keys Memory Required: $($test),* }
    };
    (with_keys_and_on_a_cluster; $($test:ident),* $(,)?) => {
        $crate::on_each_store! { with_keys; $($test),* }
        #[cfg(feature = "sqlite")]
        $crate::on_each_store! { @on sqlite_with_keys Sqlite Required: $($test),* }
        #[cfg(feature = "redis")]
        $crate::on_each_store! { @on redis_cluster RedisCluster None: $($test),* }
    };
    (@on $module:ident $place:ident $keys:ident: $($test:ident),*) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    let (place, keys) = ($crate::Place::$place, $crate::settings::Keys::$keys);
                    super::$test($crate::AnyStore::empty(place, keys).await).await;
                }
            )*
        }
    };
    ($($test:ident),* $(,)?) => {
        $crate::on_each_store! { @on memory Memory None: $($test),* }
        #[cfg(feature = "postgres")]
        $crate::on_each_store! { @on postgres Postgres None: $($test),* }
        #[cfg(feature = "sqlite")]
        $crate::on_each_store! { @on sqlite Sqlite None: $($test),* }
        #[cfg(feature = "redis")]
        $crate::on_each_store! { @on redis Redis None: $($test),* }
    };
}
