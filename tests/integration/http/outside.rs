//! A session outside of its requests: to look at it, and to use it.

use std::time::Duration;

use session_axum::{ErrorKind, KeyRing, Sessions};
use session_tests::{TestStore, on_each_store};

use super::app::{Shop, TestApp};

on_each_store!(
    with_keys_and_on_a_cluster;
    whoever_looks_at_a_session_sees_what_is_stored,
    to_look_at_a_session_is_no_use_of_it,
    a_touch_is_a_use_of_a_session,
    no_touch_extends_the_absolute_limit,
    of_a_session_that_has_ended_there_is_nothing_to_see,
);

const MINUTE: Duration = Duration::from_mins(1);

async fn whoever_looks_at_a_session_sees_what_is_stored<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    client.post("/visit").await.ok();
    let listed = app.sessions.list(&"ann".to_owned()).await.unwrap().remove(0);
    let session = app.sessions.get(&listed.handle).await.unwrap().expect("it is stored");
    assert_eq!((session.user.as_deref(), session.visits), (Some("ann"), 1));
    assert_eq!(session.listed(), &listed);
    assert_eq!(session.into_state().visits, 1);
}

async fn to_look_at_a_session_is_no_use_of_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    app.log_in_as("ann").await;
    let (handle, began) = (app.store.inserted()[0], app.clock.now());
    for _ in 0..6 {
        app.clock.advance(MINUTE * 10);
        let stored = app.sessions.get(&handle).await.unwrap();
        assert_eq!(stored.is_some(), app.clock.now() < began.plus(MINUTE * 60));
    }
}

async fn a_touch_is_a_use_of_a_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    app.log_in_as("ann").await;
    let handle = app.store.inserted()[0];
    for _ in 0..6 {
        app.clock.advance(MINUTE * 50);
        assert!(app.sessions.touch(&handle).await.unwrap());
    }
    app.clock.advance(MINUTE * 60);
    assert!(!app.sessions.touch(&handle).await.unwrap());
    let renewed = app.events.take().iter().filter(|event| event.starts_with("Renewed")).count();
    assert_eq!(renewed, 6);
}

async fn no_touch_extends_the_absolute_limit<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    app.log_in_as("ann").await;
    let handle = app.store.inserted()[0];
    for _ in 1..48 {
        app.clock.advance(MINUTE * 30);
        assert!(app.sessions.touch(&handle).await.unwrap());
    }
    app.clock.advance(MINUTE * 30);
    assert!(!app.sessions.touch(&handle).await.unwrap());
}

async fn of_a_session_that_has_ended_there_is_nothing_to_see<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let handle = app.store.inserted()[0];
    client.post("/log-out").await.ok();
    assert!(app.sessions.get(&handle).await.unwrap().is_none());
    assert!(!app.sessions.touch(&handle).await.unwrap());
}

#[tokio::test]
async fn nobody_looks_at_a_sealed_cookie_by_its_handle() {
    let ring = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
    let sessions = Sessions::<Shop>::sealed_cookie(ring);
    let sessions = sessions.accept_replay_until_expiry().build().unwrap();
    let handle = "01900000-0000-7000-8000-000000000000".parse().unwrap();
    let looked = sessions.get(&handle).await.unwrap_err();
    assert!(matches!(looked.kind(), ErrorKind::NotStored));
    let touched = sessions.touch(&handle).await.unwrap_err();
    assert!(matches!(touched.kind(), ErrorKind::NotStored));
}
