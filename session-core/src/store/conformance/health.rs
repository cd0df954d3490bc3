//! `Store::health`.

use super::sample::{at, insert, loaded, stored};
use crate::store::Store;

/// A store that can be used says so, and nothing changes.
pub async fn a_store_that_can_be_used_says_so(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    store.health().await.expect("it can be used");
    assert_eq!(loaded(&store, record.handle, at(0)).await, Some(record));
}
