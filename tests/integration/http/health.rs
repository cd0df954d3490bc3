//! The health of the store, as a readiness probe asks for it.

use session_tests::{Call, Fault, TestStore, on_each_store};

use super::app::TestApp;

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
