//! The same test on every store.

use std::future::Future;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use session_core::{MemoryStore, Store};
use session_redis::RedisStore;
use session_sqlx::{PostgresStore, SqliteStore};

use crate::{Directory, Postgres, Redis};

/// A busy machine is no failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tells one store of this process from another.
fn number() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// A store of which a test can have an empty one.
pub trait Fresh: Store + Clone {
    /// An empty one, which no other test sees.
    fn fresh() -> impl Future<Output = Self>;
}

impl Fresh for MemoryStore {
    async fn fresh() -> Self {
        Self::new()
    }
}

impl Fresh for PostgresStore {
    async fn fresh() -> Self {
        let url = Postgres::shared().await.database().await;
        let store = Self::builder()
            .workers(2)
            .deadline(PATIENCE)
            .connect(&url)
            .await
            .expect("the server is up");
        store.migrate().await.expect("the database is empty");
        store
    }
}

impl Fresh for SqliteStore {
    async fn fresh() -> Self {
        static FILES: LazyLock<Directory> = LazyLock::new(|| Directory::new("TERM"));
        let file = FILES.path().join(format!("{}.db", number()));
        let store =
            Self::builder().deadline(PATIENCE).open(file).await.expect("the directory is ours");
        store.migrate().await.expect("the file is new");
        store
    }
}

impl Fresh for RedisStore {
    async fn fresh() -> Self {
        let url = Redis::shared().await.url();
        let builder = Self::builder().prefix(format!("store-{}:", number())).deadline(PATIENCE);
        builder.connect(&url).await.expect("the server is up")
    }
}

/// Makes a test of each function on every store. It is given an empty store: `async fn a_sentence<S: Fresh>(store: S)`.
#[macro_export]
macro_rules! on_each_store {
    ($($test:ident),* $(,)?) => {
        $crate::on_each_store! { @on on_memory session_core::MemoryStore: $($test),* }
        $crate::on_each_store! { @on on_postgres session_sqlx::PostgresStore: $($test),* }
        $crate::on_each_store! { @on on_sqlite session_sqlx::SqliteStore: $($test),* }
        $crate::on_each_store! { @on on_redis session_redis::RedisStore: $($test),* }
    };
    (@on $module:ident $store:ty: $($test:ident),*) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    let store = <$store as $crate::Fresh>::fresh().await;
                    super::$test(store).await;
                }
            )*
        }
    };
}
