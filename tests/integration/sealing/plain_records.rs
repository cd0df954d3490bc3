//! Records that somebody with access to the store has put in the place of sealed ones.

use session_axum::{Sealing, Store};
use session_core::Now;
use session_core::store::Updated;
use session_test_support::records::{update_of, with};
use session_tests::{Client, TestStore, on_each_store};

use super::app::{Node, key, node, ring};

on_each_store!(a_plain_record_is_no_session_where_seals_are_required);

/// Logs in as this user, and answers the client and its record's fields.
async fn log_in(store: &impl Store, node: &Node, user: &str) -> Client {
    let mut client = Client::new(&node.router);
    client.post("/visit").await.ok();
    client.post(&format!("/login/{user}")).await.ok();
    let listed = node.sessions.list(&user.to_owned()).await.expect("the store works");
    assert!(store.load(listed[0].handle, Now::Store).await.expect("the store works").is_some());
    client
}

async fn a_plain_record_is_no_session_where_seals_are_required<S: TestStore>(store: S) {
    let keys = key();
    let plain = node(store.clone(), None);
    let required = node(store.clone(), Some(Sealing::Required(ring(&keys))));
    let adopted = node(store.clone(), Some(Sealing::Adopted(ring(&keys))));
    log_in(&store, &plain, "mallory").await;
    let client = log_in(&store, &required, "ann").await;
    let handle = |node: &Node, user: &str| {
        let (sessions, user) = (node.sessions.clone(), user.to_owned());
        async move { sessions.list(&user).await.expect("the store works")[0].handle }
    };
    let forged = store.load(handle(&plain, "mallory").await, Now::Store).await;
    let forged = forged.expect("the store works").expect("it is there").fields;
    let record = store.load(handle(&required, "ann").await, Now::Store).await;
    let record = record.expect("the store works").expect("it is there");
    let update = with(update_of(&record), |update| update.fields = forged);
    let updated = store.update(update, Now::Store).await;
    assert!(matches!(updated, Ok(Updated::Saved(_))), "{updated:?}");

    let reply = client.at(&required.router).get("/visits").await;
    assert_eq!(reply.summary(), "503, no Set-Cookie, Vary: Cookie");
    let reply = client.at(&adopted.router).get("/visits").await;
    assert_eq!(reply.ok(), "1", "while seals are being adopted, plain records are taken");
}
