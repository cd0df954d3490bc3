//! A store goes wrong as a test says.

use session_axum::testing::{Client, Fault, FaultyStore, Operation, stored};
use session_axum::{MemoryStore, Sessions};
use tokio::time::Instant;

use super::app::{PATIENCE, Shop, sessions, shop};

async fn app() -> (FaultyStore<MemoryStore>, Sessions<Shop>, Client) {
    let store = FaultyStore::new(MemoryStore::new());
    let sessions = sessions(store.clone(), |builder| builder);
    let client = Client::new(shop(&sessions));
    client.post("/visit").await.assert_status(200);
    store.take_calls();
    (store, sessions, client)
}

#[tokio::test]
async fn calls_are_counted() {
    let (store, _, client) = app().await;
    client.post("/visit").await.assert_status(200);
    client.get("/").await.assert_status(200);
    assert_eq!((store.count(Operation::Load), store.count(Operation::Update)), (2, 1));
    assert_eq!(store.take_calls(), [Operation::Load, Operation::Update, Operation::Load]);
    assert_eq!(store.count(Operation::Load), 0);
}

#[tokio::test]
async fn a_call_fails_until_the_store_is_healed() {
    let (store, sessions, client) = app().await;
    store.inject(Operation::Update, Fault::Fails);
    for _ in 0..2 {
        client.post("/visit").await.assert_status(503);
    }
    client.get("/").await.assert_status(200);
    store.heal();
    assert_eq!(client.post("/visit").await.text(), "2");
    store.inject_all(Fault::Fails);
    client.get("/").await.assert_status(503);
    store.heal();
    assert_eq!(stored(&sessions, &client).await.unwrap().visits, 2);
}

#[tokio::test]
async fn so_many_calls_fail_and_no_more() {
    let (store, _, client) = app().await;
    store.inject_next(2, Operation::Load, Fault::Fails);
    for status in [503, 503, 200] {
        client.get("/").await.assert_status(status);
    }
}

#[tokio::test]
async fn an_answer_is_lost_after_its_effect() {
    let (store, sessions, client) = app().await;
    store.inject_next(1, Operation::Update, Fault::FailsAfterwards);
    client.post("/visit").await.assert_status(503);
    assert_eq!(stored(&sessions, &client).await.unwrap().visits, 2);
}

#[tokio::test]
async fn after_a_conflict_a_change_is_made_to_what_is_there() {
    let (store, sessions, client) = app().await;
    store.inject_next(2, Operation::Update, Fault::Conflicts);
    assert_eq!(client.post("/visit").await.text(), "2");
    assert_eq!(store.count(Operation::Update), 3, "two met a conflict");
    assert_eq!(stored(&sessions, &client).await.unwrap().visits, 2);
    store.inject_next(1, Operation::Insert, Fault::Conflicts);
    let newcomer = Client::new(shop(&sessions));
    newcomer.post("/visit").await.assert_status(200);
    assert_eq!(store.count(Operation::Insert), 2);
}

#[tokio::test(start_paused = true)]
async fn what_hangs_ends_at_the_deadline_at_once() {
    let (store, _, client) = app().await;
    store.inject(Operation::Load, Fault::Hangs);
    let (began, paused) = (std::time::Instant::now(), Instant::now());
    client.get("/").await.assert_status(503);
    assert_eq!(paused.elapsed(), PATIENCE);
    assert!(began.elapsed() < PATIENCE, "in no time");
}
