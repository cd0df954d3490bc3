//! Checks that every store must pass: a server that does not answer, connections that are lost, a runtime that ends.

use std::time::{Duration, Instant};

use session_core::store::{Record, Updated};
use session_core::{Now, Store, StoreError};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::Proxy;
use crate::records::{handle, insert, is_unchanged, stored, update_of, updated};

/// What a machine that stands still for a while may add to a deadline.
pub const STALL: Duration = Duration::from_secs(10);

/// Loads and inserts at once, while nobody answers: all must fail by the deadline.
///
/// There are so many that a store in which each waited for the one before it, and its deadline began only then, would
/// need much longer than a stall of the machine can explain.
pub async fn all_fail_in_time(store: &(impl Store + Clone), deadline: Duration) {
    let mut calls = JoinSet::new();
    for number in 0..100 {
        let store = store.clone();
        calls.spawn(async move {
            let began = Instant::now();
            let answer = if number % 2 == 0 {
                store.load(handle(), Now::Store).await.map(drop)
            } else {
                store.insert(insert(), Now::Store).await.map(drop)
            };
            (answer, began.elapsed())
        });
    }
    let answers = tokio::time::timeout(deadline + 2 * STALL, calls.join_all()).await;
    for (answer, took) in answers.expect("nobody waits for ever") {
        let error = answer.expect_err("nobody answers");
        assert!(!matches!(error, StoreError::Overloaded(_)), "there is room for all");
        assert!(took < deadline + STALL, "an answer took {took:?}");
    }
}

/// Calls until the store works and has the record as it was, and says how long that took.
pub async fn recovered(store: &impl Store, record: &Record, after: &str) {
    let began = Instant::now();
    while store.load(record.handle, Now::Store).await.is_err() {
        assert!(began.elapsed() < 3 * STALL, "it does not come back after {after}");
        tokio::task::yield_now().await;
    }
    println!("{:?} after {after}", began.elapsed());
    assert!(is_unchanged(store, record).await);
    assert!(matches!(updated(store, update_of(record)).await, Updated::Saved(_)));
}

/// Loads, around each way in which connections end: by the server's hand (`kill`), silently, and at
/// the proxy between.
pub async fn loads_outlive_connections(
    store: &impl Store,
    proxy: &Proxy,
    record: &Record,
    kill: impl AsyncFn(),
) {
    for round in 0..3 {
        for _ in 0..16 {
            assert!(is_unchanged(store, record).await);
        }
        match round {
            0 => kill().await,
            1 => proxy.half_open().await,
            _ => proxy.cut().await,
        }
        proxy.heal().await;
        for _ in 0..16 {
            assert!(is_unchanged(store, record).await);
        }
    }
}

/// A store that was made and first used in a runtime works in the next one.
pub fn outlives_its_runtime<S: Store>(store: impl Future<Output = S>) {
    let runtime = || Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let (store, record) = runtime().block_on(async {
        let store = store.await;
        let record = stored(&store, insert()).await;
        (store, record)
    });
    runtime().block_on(async {
        assert!(is_unchanged(&store, &record).await);
        assert!(matches!(updated(&store, update_of(&record)).await, Updated::Saved(_)));
    });
}
