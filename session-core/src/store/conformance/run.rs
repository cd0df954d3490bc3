//! Runs a case: a store and a runtime of its own for each.

use std::future::Future;

use crate::store::Store;

/// Runs one case on the store that `make` makes.
///
/// # Panics
/// When the store breaks the promise, or no runtime can be started.
pub fn run<S: Store, M: Future<Output = S>>(make: impl FnOnce() -> M, case: impl AsyncFnOnce(S)) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
        .block_on(async { case(make().await).await });
}
