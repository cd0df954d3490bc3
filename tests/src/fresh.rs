//! The same test on every store.

use std::future::Future;

use session_core::{MemoryStore, Store};
use session_sqlx::PostgresStore;

use crate::Postgres;

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
        let store = Self::builder().workers(2).connect(&url).await.expect("the server is up");
        store.migrate().await.expect("the database is empty");
        store
    }
}

/// Makes two tests of each function: one on a `MemoryStore`, one on a `PostgresStore`. It is
/// given an empty store: `async fn a_sentence<S: Fresh>(store: S)`.
#[macro_export]
macro_rules! on_each_store {
    ($($test:ident),* $(,)?) => {
        mod on_memory {
            $(
                #[tokio::test]
                async fn $test() {
                    let store = <session_core::MemoryStore as $crate::Fresh>::fresh().await;
                    super::$test(store).await;
                }
            )*
        }

        mod on_postgres {
            $(
                #[tokio::test]
                async fn $test() {
                    let store = <session_sqlx::PostgresStore as $crate::Fresh>::fresh().await;
                    super::$test(store).await;
                }
            )*
        }
    };
}
