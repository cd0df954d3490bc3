//! What the tests share: `on_each_store!` makes a test of each function on every store; a client and a store that a
//! test probes.
//!
//! The features `postgres`, `redis` and `sqlite` say which stores there are beside the one in memory.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a test reports")]

use std::future::Future;

use session_axum::{MemoryStore, Sealing, Store};

mod client;
mod probed_store;
pub mod settings;

pub use client::{COOKIE_NAME, Client, Reply};
pub use probed_store::ProbedStore;
pub use session_axum::testing::{Fault, Operation as Call};

/// How long a store may take to answer: a busy machine is no failure.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(30);

/// A store of which a test can have an empty one.
pub trait TestStore: Store + Clone {
    /// An empty one, which no other test sees.
    fn empty() -> impl Future<Output = Self>;

    /// Which keys the application has: none unless told otherwise.
    fn sealing() -> Option<Sealing> {
        None
    }
}

impl TestStore for MemoryStore {
    async fn empty() -> Self {
        Self::new()
    }
}

#[cfg(feature = "postgres")]
impl TestStore for session_sqlx::PostgresStore {
    async fn empty() -> Self {
        let url = session_test_support::Postgres::shared().await.database().await;
        let store = Self::builder()
            .workers(2)
            .deadline(DEADLINE)
            .connect(&url)
            .await
            .expect("the server is up");
        store.migrate().await.expect("the database is empty");
        store
    }
}

#[cfg(feature = "sqlite")]
impl TestStore for session_sqlx::SqliteStore {
    async fn empty() -> Self {
        use std::sync::LazyLock;

        use session_test_support::TempDirectory;

        static FILES: LazyLock<TempDirectory> = LazyLock::new(|| TempDirectory::new("TERM"));
        let file = FILES.path().join(format!("{}.db", next_number()));
        let store =
            Self::builder().deadline(DEADLINE).open(file).await.expect("the directory is ours");
        store.migrate().await.expect("the file is new");
        store
    }
}

#[cfg(feature = "redis")]
impl TestStore for session_redis::RedisStore {
    async fn empty() -> Self {
        let url = session_test_support::Redis::shared().await.url();
        redis().connect(&url).await.expect("the server is up")
    }
}

/// Redis under a prefix of its own.
#[cfg(feature = "redis")]
fn redis() -> session_redis::RedisBuilder {
    let prefix = format!("store-{}:", next_number());
    session_redis::RedisStore::builder().prefix(prefix).deadline(DEADLINE)
}

/// Tells one store of this process from another.
#[cfg(any(feature = "redis", feature = "sqlite"))]
fn next_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};

    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
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
        $crate::on_each_store! {
            @on memory_with_keys
            $crate::settings::SetUp<$crate::settings::WithKeys<session_axum::MemoryStore>>: $($test),*
        }
    };
    (with_keys_and_on_a_cluster; $($test:ident),* $(,)?) => {
        $crate::on_each_store! { with_keys; $($test),* }
        #[cfg(feature = "sqlite")]
        $crate::on_each_store! {
            @on sqlite_with_keys
            $crate::settings::SetUp<$crate::settings::WithKeys<session_sqlx::SqliteStore>>: $($test),*
        }
        #[cfg(feature = "redis")]
        $crate::on_each_store! {
            @on redis_cluster $crate::settings::SetUp<$crate::settings::OnCluster>: $($test),*
        }
    };
    (@on $module:ident $store:ty: $($test:ident),*) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    let store = <$store as $crate::TestStore>::empty().await;
                    super::$test(store).await;
                }
            )*
        }
    };
    ($($test:ident),* $(,)?) => {
        $crate::on_each_store! { @on memory session_axum::MemoryStore: $($test),* }
        #[cfg(feature = "postgres")]
        $crate::on_each_store! { @on postgres session_sqlx::PostgresStore: $($test),* }
        #[cfg(feature = "sqlite")]
        $crate::on_each_store! { @on sqlite session_sqlx::SqliteStore: $($test),* }
        #[cfg(feature = "redis")]
        $crate::on_each_store! { @on redis session_redis::RedisStore: $($test),* }
    };
}
