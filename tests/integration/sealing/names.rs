//! The names that a store has of one principal while keys change: all are listed, and all are ended.

use session_axum::Sealing;
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};

use super::app::{Node, key, node, ring};

on_each_store!(
    pages_span_the_names_of_a_principal,
    what_moves_to_another_name_meanwhile_is_listed,
    what_moves_to_another_name_meanwhile_is_ended_by_its_state,
    what_moves_to_another_name_meanwhile_is_ended_with_all,
);

fn ann() -> String {
    "ann".to_owned()
}

async fn log_in(node: &Node) -> Client {
    let mut client = Client::new(&node.router);
    client.post("/login/ann").await.ok();
    client
}

async fn pages_span_the_names_of_a_principal<S: TestStore>(store: S) {
    let (old, new) = (key(), key());
    let plain = node(store.clone(), None);
    let former = node(store.clone(), Some(Sealing::Adopted(ring(&old))));
    let latest = node(store, Some(Sealing::Adopted(ring(&format!("{new} {old}")))));
    for node in [&plain, &former, &latest, &latest, &former, &plain, &plain, &former, &latest] {
        log_in(node).await;
    }
    let all = latest.sessions.list(&ann()).await.expect("the store works");
    assert_eq!(all.len(), 9);
    assert!(all.is_sorted_by_key(|listed| (std::cmp::Reverse(listed.created), listed.handle)));
    for size in [1, 2, 4, 8, 9, 10] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = latest.sessions.list(&ann()).page_size(size).after(after).with_state().await;
            let page = page.expect("the store works");
            assert!(!page.sessions.is_empty(), "in pages of {size}");
            listed.extend(page.sessions.iter().map(|shop| shop.listed().clone()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, all, "in pages of {size}");
    }
    let ended = latest.sessions.revoke_where(&ann(), |shop| shop.visits == 0).await;
    assert_eq!(ended.expect("the store works"), 9);
}

/// A node that seals, on a store in which Ann's only session lies as a node without keys has stored it; and a browser
/// whose next visit seals that, under another name of Ann's.
async fn before_it_moves<S: TestStore>(store: S) -> (ProbedStore<S>, Node, Client) {
    let store = ProbedStore::new(store);
    let client = log_in(&node(store.clone(), None)).await;
    let sealing = node(store.clone(), Some(Sealing::Adopted(ring(&key()))));
    let client = client.at(&sealing.router);
    (store, sealing, client)
}

/// Moves the session while the store has answered the first of these calls, and was not asked the second.
async fn moved_between<S: TestStore, R>(
    (store, call): (&ProbedStore<S>, Call),
    mut client: Client,
    asking: impl Future<Output = R>,
) -> R {
    let first = store.pause(call);
    let moves = async {
        first.reached().await;
        let second = store.pause(call);
        first.open();
        second.reached().await;
        store.heal();
        client.post("/visit").await.ok();
        second.open();
    };
    tokio::join!(asking, moves).0
}

async fn what_moves_to_another_name_meanwhile_is_listed<S: TestStore>(store: S) {
    let (store, node, client) = before_it_moves(store).await;
    let list = async { node.sessions.list(&ann()).await };
    let listed = moved_between((&store, Call::List), client, list).await;
    assert_eq!(listed.expect("the store works").len(), 1);
}

async fn what_moves_to_another_name_meanwhile_is_ended_by_its_state<S: TestStore>(store: S) {
    let (store, node, client) = before_it_moves(store).await;
    let user = ann();
    let revoke = node.sessions.revoke_where(&user, |_| true);
    let ended = moved_between((&store, Call::List), client, revoke).await;
    assert_eq!(ended.expect("the store works"), 1);
    assert_eq!(node.sessions.list(&user).await.expect("the store works"), []);
}

async fn what_moves_to_another_name_meanwhile_is_ended_with_all<S: TestStore>(store: S) {
    let (store, node, client) = before_it_moves(store).await;
    let user = ann();
    let revoke = node.sessions.revoke_all(&user);
    let revocation = moved_between((&store, Call::DeleteAll), client, revoke).await;
    assert_eq!(revocation.expect("the store works").ended(), 1);
    assert_eq!(node.sessions.list(&user).await.expect("the store works"), []);
}
