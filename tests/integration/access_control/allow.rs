//! `allow`: a user who is logged in and still the wrong one.

use session_tests::{Call, TestStore, on_each_store};

use super::app::{TestApp, navigate};

on_each_store!(
    whom_the_function_refuses_is_forbidden,
    whom_the_function_lets_in_passes,
    who_is_not_logged_in_is_told_so_first,
);

async fn whom_the_function_refuses_is_forbidden<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for mut client in [app.newcomer(), app.visitor().await, app.log_in_as("ann").await] {
        let reply = client.post("/admin").await;
        assert_eq!(reply.summary(), "403, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, "this is not allowed\n");
        assert_eq!(navigate(&mut client, "/admin").await.status, 403);
    }
    let calls = app.store.take_calls();
    assert!(calls.iter().all(|call| *call == Call::Load), "{calls:?}");
}

async fn whom_the_function_lets_in_passes<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("admin").await;
    assert_eq!(client.post("/admin").await.ok(), "all prices");
    assert_eq!(client.post("/accounts").await.ok(), "all accounts");
    assert_eq!(client.get("/visits").await.ok(), "2");
}

/// And is sent to the log-in, which a second log-in would not do for who has the wrong name.
async fn who_is_not_logged_in_is_told_so_first<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    assert_eq!(client.post("/accounts").await.status, 401);
    assert_eq!(navigate(&mut client, "/accounts").await.status, 303);
    let mut client = app.log_in_as("ann").await;
    assert_eq!(client.post("/accounts").await.status, 403);
    assert_eq!(navigate(&mut client, "/accounts").await.status, 403);
}
