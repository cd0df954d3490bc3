//! The cleaner: expired sessions are removed from the store by themselves.

use std::time::Duration;

use session_axum::MemoryStore;
use session_core::Now;
use session_tests::{Call, Fault, TestStore, on_each_store};
use tokio::runtime::Builder;

use super::app::TestApp;

on_each_store!(expired_sessions_are_removed_by_themselves, a_store_that_panicked_is_cleaned_again,);

/// Often enough for a test.
const INTERVAL: Duration = Duration::from_millis(10);
const DAY: Duration = Duration::from_hours(24);

fn with_a_cleaner<S: TestStore>(store: S) -> TestApp<S> {
    TestApp::with_options(store, |builder| builder.clean_every(INTERVAL))
}

/// Waits until this has come true.
async fn until(mut is_true: impl AsyncFnMut() -> bool) {
    for _ in 0..3000 {
        if is_true().await {
            return;
        }
        tokio::time::sleep(INTERVAL).await;
    }
    panic!("it never came true");
}

/// A session that has expired lies in the store, until it is removed.
async fn until_a_session_is_removed<S: TestStore>(app: &TestApp<S>) {
    app.visitor().await;
    let before = app.clock.now();
    assert_eq!(app.store.records(Now::At(before)).await.len(), 1);
    app.clock.advance(DAY);
    until(async || app.store.records(Now::At(before)).await.is_empty()).await;
}

async fn expired_sessions_are_removed_by_themselves<S: TestStore>(store: S) {
    until_a_session_is_removed(&with_a_cleaner(store)).await;
}

async fn a_store_that_panicked_is_cleaned_again<S: TestStore>(store: S) {
    let app = with_a_cleaner(store);
    app.store.inject(Call::Sweep, Fault::Panics);
    app.newcomer().get("/look").await.ok();
    until(async || app.store.take_calls().contains(&Call::Sweep)).await;
    app.store.heal();
    until_a_session_is_removed(&app).await;
}

/// The first request of each starts it.
#[test]
fn in_each_runtime_one_after_the_other_sessions_are_removed() {
    let app = with_a_cleaner(MemoryStore::new());
    for _ in 0..2 {
        let runtime = Builder::new_current_thread().enable_all().build().expect("it is a runtime");
        runtime.block_on(until_a_session_is_removed(&app));
    }
}
