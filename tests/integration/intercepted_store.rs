//! A store in memory that a test intercepts before and after each call: to fail there, or to wait.

use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, Mutex};

use session_axum::store::{Insert, Inserted, Operation};
use session_axum::{Handle, MemoryStore, Now, Store, StoreError, delegate_store};

/// Runs before and after each call that loads or changes records. An error on either side is what the caller gets; only one
/// before the call keeps it from having its effect.
pub(crate) trait Interceptor: Debug + Send + Sync + 'static {
    fn before(&self, call: Operation) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn after(&self, call: Operation) -> impl Future<Output = Result<(), StoreError>> + Send;
}

#[derive(Debug)]
pub(crate) struct InterceptedStore<I> {
    /// The store, for a look behind the scenes.
    pub(crate) memory: MemoryStore,
    pub(crate) interceptor: Arc<I>,
    inserted: Arc<Mutex<Vec<Handle>>>,
}

impl<I: Interceptor> InterceptedStore<I> {
    pub(crate) fn new(interceptor: I) -> Self {
        Self {
            memory: MemoryStore::new(),
            interceptor: Arc::new(interceptor),
            inserted: Arc::default(),
        }
    }

    /// The sessions that were ever stored, in that order.
    pub(crate) fn inserted(&self) -> Vec<Handle> {
        self.inserted.lock().unwrap().clone()
    }

    async fn call<R>(
        &self,
        call: Operation,
        effect: impl Future<Output = Result<R, StoreError>> + Send,
    ) -> Result<R, StoreError> {
        if matches!(call, Operation::Alive | Operation::Endings | Operation::Health) {
            return effect.await;
        }
        self.interceptor.before(call).await?;
        let answer = effect.await;
        self.interceptor.after(call).await?;
        answer
    }
}

impl<I> Clone for InterceptedStore<I> {
    fn clone(&self) -> Self {
        Self {
            memory: self.memory.clone(),
            interceptor: Arc::clone(&self.interceptor),
            inserted: Arc::clone(&self.inserted),
        }
    }
}

impl<I: Interceptor> Store for InterceptedStore<I> {
    delegate_store!(self.memory, through call, except insert);

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        let handle = insert.handle;
        let effect = async {
            let answer = self.memory.insert(insert, now).await;
            if matches!(answer, Ok(Inserted::Saved(_))) {
                self.inserted.lock().unwrap().push(handle);
            }
            answer
        };
        self.call(Operation::Insert, effect).await
    }
}
