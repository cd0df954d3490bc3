//! The health of the store, as a readiness probe asks for it.

use session_axum::testing::{FaultyStore, Operation};
use session_axum::{KeyRing, MemoryStore, Sessions, testing};
use session_tests::{Call, Fault, TestStore, on_each_store};

use super::app::{Shop, TestApp};

on_each_store!(a_store_that_can_be_used_is_in_order, a_store_that_cannot_be_used_is_an_error,);

async fn a_store_that_can_be_used_is_in_order<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let health = app.sessions.health().await.unwrap();
    assert_eq!((health.to_string().as_str(), health.warnings()), ("in order", &[][..]));
}

async fn a_store_that_cannot_be_used_is_an_error<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    app.store.inject(Call::Health, Fault::Fails);
    let error = app.sessions.health().await.unwrap_err();
    assert_eq!(error.to_string(), "the session could not be read or saved");
    app.store.heal();
    app.sessions.health().await.unwrap();
}

#[tokio::test]
async fn a_full_memory_store_says_so() {
    let app = TestApp::new(MemoryStore::with_capacity(1));
    assert_eq!(app.sessions.health().await.unwrap().warnings().len(), 0);
    app.visitor().await;
    let health = app.sessions.health().await.unwrap();
    assert_eq!(
        health.warnings(),
        ["the session store is full at 1 sessions; raise its capacity or shorten the lifetime"]
    );
}

/// Nothing is asked of anybody.
#[tokio::test]
async fn sealed_cookies_without_revocations_are_in_order() {
    let keys = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
    let sessions: Sessions<Shop> = Sessions::sealed_cookie(keys)
        .accept_replay_until_expiry()
        .build()
        .expect("it can be built");
    assert_eq!(sessions.health().await.unwrap().to_string(), "in order");
}

#[tokio::test]
async fn of_sealed_cookies_the_store_of_revocations_is_asked() {
    let keys = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
    let store = FaultyStore::new(MemoryStore::new());
    let sessions: Sessions<Shop> =
        Sessions::sealed_cookie(keys).revocations(store.clone()).build().expect("it can be built");
    sessions.health().await.unwrap();
    store.inject(Operation::Health, testing::Fault::Fails);
    sessions.health().await.unwrap_err();
}
