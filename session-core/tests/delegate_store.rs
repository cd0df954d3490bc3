//! `delegate_store!`: a store around a store keeps what every store promises, and hands on each operation.

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_core::store::{Contents, Insert, ListQuery, Operation, Update};
use session_core::{Digest, Handle, MemoryStore, Now, Store, StoreError, delegate_store};

/// A store that notes which operations it hands on.
#[derive(Clone, Debug, Default)]
struct Noted {
    store: MemoryStore,
    calls: Arc<Mutex<HashSet<Operation>>>,
}

impl Noted {
    async fn note<R>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<R, StoreError>>,
    ) -> Result<R, StoreError> {
        self.calls.lock().expect("no panic").insert(operation);
        call.await
    }
}

impl Store for Noted {
    delegate_store!(self.store, through note);
}

session_core::conformance!(async { Noted::default() });

#[tokio::test]
async fn each_operation_is_handed_on_those_with_a_default_too() -> Result<(), StoreError> {
    let (noted, now) = (Noted::default(), Now::Store);
    let (handle, hour) = (Handle::from_bytes([1; 16]), Duration::from_hours(1));
    let digest = Digest::from_bytes([2; 32]);
    drop(noted.insert(Insert::new(handle, digest, Arc::from([3]), hour, hour), now).await?);
    let record = noted.load(handle, now).await?.expect("it is stored");
    drop(noted.update(Update::of(&record), now).await?);
    assert!(noted.touch(handle, hour, now).await?);
    noted.list("ann", ListQuery::first(Contents::Whole, 1), now).await?;
    noted.alive(&[handle], now).await?;
    assert!(noted.endings().await?.is_some(), "the store within has a feed");
    noted.health().await?;
    assert!(noted.delete(handle, None, now).await?);
    noted.delete_all("ann", None, now).await?;
    noted.sweep(1, now).await?;
    let all: HashSet<_> = Operation::ALL.iter().copied().collect();
    assert_eq!(*noted.calls.lock().expect("no panic"), all);
    Ok(())
}
