//! The database of orders: it is slow.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The database of orders. A clone is the same one.
#[derive(Clone)]
pub struct Database(Arc<dyn Fn() -> Answering + Send + Sync>);

type Answering = Pin<Box<dyn Future<Output = u32> + Send>>;

impl Database {
    /// A database that is asked by this function.
    pub fn new<F>(count: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = u32> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(count())))
    }

    /// How many orders there are.
    pub async fn count_orders(&self) -> u32 {
        self.0().await
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}
