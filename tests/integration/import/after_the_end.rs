//! A session that was imported and has ended comes to life no more, though its old cookie is good elsewhere.

use session_tests::{Call, TestStore, on_each_store};

use super::elsewhere::{DAY, Elsewhere, OldSession, app, browser, later, nodes};
use crate::http::app::{TestApp, state};

/// Whose a browser with this old cookie is, on each node.
async fn assert_nobodys<S: TestStore>(nodes: &[TestApp<S>], id: &str) {
    for node in nodes {
        let mut client = browser(node, id);
        let reply = client.get("/state").await;
        assert_eq!(reply.set_cookie(), None);
        assert!(!reply.body.contains("ann"), "{}", reply.body);
    }
}

async fn after_a_log_out_the_old_cookie_is_nobodys<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(2, &store, &elsewhere);
    let clock = &nodes[0].clock;
    let id = elsewhere.begin(OldSession::of("ann", later(clock, 20 * DAY)));
    let mut client = browser(&nodes[0], &id);
    client.get("/state").await.ok();
    client.post("/log-out").await.ok();
    assert_nobodys(&nodes, &id).await;
    clock.advance(19 * DAY);
    nodes[0].sessions.clean().await.expect("the store works");
    assert_nobodys(&nodes, &id).await;
}

async fn a_log_out_with_the_import_is_one<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(2, &store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&nodes[0].clock, DAY)));
    browser(&nodes[0], &id).post("/log-out").await.ok();
    assert_nobodys(&nodes, &id).await;
}

async fn a_session_that_was_revoked_stays_so<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(2, &store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&nodes[0].clock, DAY)));
    browser(&nodes[0], &id).get("/state").await.ok();
    let ended = nodes[1].sessions.revoke_all(&"ann".to_owned()).await.expect("the store works");
    assert_eq!(ended.ended(), 1);
    assert_nobodys(&nodes, &id).await;
}

/// Its idle limit passes, and it is swept.
async fn a_session_that_expired_stays_so<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(2, &store, &elsewhere);
    let clock = &nodes[0].clock;
    let id = elsewhere.begin(OldSession::of("ann", later(clock, 20 * DAY)));
    browser(&nodes[0], &id).get("/state").await.ok();
    clock.advance(2 * DAY);
    assert_nobodys(&nodes, &id).await;
    nodes[0].sessions.clean().await.expect("the store works");
    assert_nobodys(&nodes, &id).await;
}

/// The other library moves the end of a session with each use, on nodes that run the release before.
async fn what_is_remembered_is_so_until_the_old_cookie_ends<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(2, &store, &elsewhere);
    let clock = &nodes[0].clock;
    let id = elsewhere.begin(OldSession::of("ann", later(clock, 2 * DAY)));
    let mut client = browser(&nodes[0], &id);
    client.get("/state").await.ok();
    client.post("/log-out").await.ok();
    for _ in 0..4 {
        clock.advance(DAY);
        elsewhere.change(&id, |old| old.ends = later(clock, 2 * DAY));
        assert_nobodys(&nodes, &id).await;
        nodes[0].sessions.clean().await.expect("the store works");
    }
}

async fn a_session_that_is_over_elsewhere_is_not_imported<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(1, &store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&nodes[0].clock, DAY)));
    nodes[0].clock.advance(DAY);
    assert_nobodys(&nodes, &id).await;
    assert_eq!(nodes[0].store.inserted(), []);
}

/// One node has seen that nobody has imported it, and stores it when it was imported elsewhere, and has ended.
async fn an_import_that_comes_after_the_end_comes_to_nothing<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(2, &store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&nodes[0].clock, DAY)));
    let gate = nodes[0].store.pause(Call::Insert);
    let mut slow = browser(&nodes[0], &id);
    let slow = tokio::spawn(async move { slow.get("/state").await });
    gate.reached().await;
    let mut client = browser(&nodes[1], &id);
    client.get("/state").await.ok();
    client.post("/log-out").await.ok();
    gate.open();
    let reply = slow.await.expect("it does not panic");
    assert_eq!(reply.set_cookie(), None);
    assert!(!reply.body.contains("ann"), "{}", reply.body);
    assert_nobodys(&nodes, &id).await;
    let devices = nodes[0].sessions.list(&"ann".to_owned()).await.expect("the store works");
    assert_eq!(devices.len(), 0);
}

/// A node was killed between the two writes of an import.
async fn an_import_that_was_interrupted_is_made_whole<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(2, &store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&nodes[0].clock, DAY)));
    browser(&nodes[0], &id).get("/state").await.ok();
    let mark = nodes[0].store.inserted()[1];
    let now = session_core::Now::At(nodes[0].clock.now());
    assert!(store.delete(mark, None, now).await.expect("the store works"), "there is a mark");
    let mut client = browser(&nodes[1], &id);
    assert_eq!(state(&mut client).await.user.as_deref(), Some("ann"));
    client.post("/log-out").await.ok();
    assert_nobodys(&nodes, &id).await;
}

async fn a_new_session_of_the_same_browser_is_another<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let first = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = browser(&app, &first);
    client.post("/log-out").await.ok();
    let second = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = browser(&app, &second);
    assert_eq!(state(&mut client).await.user.as_deref(), Some("ann"));
}

on_each_store!(
    with_keys_and_on_a_cluster;
    after_a_log_out_the_old_cookie_is_nobodys,
    a_log_out_with_the_import_is_one,
    a_session_that_was_revoked_stays_so,
    a_session_that_expired_stays_so,
    what_is_remembered_is_so_until_the_old_cookie_ends,
    a_session_that_is_over_elsewhere_is_not_imported,
    an_import_that_comes_after_the_end_comes_to_nothing,
    an_import_that_was_interrupted_is_made_whole,
    a_new_session_of_the_same_browser_is_another,
);
