//! Sealed records in PostgreSQL: dumped, and moved to another row.

use std::time::Duration;

use axum::http::StatusCode;
use session_axum::Sealing;
use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use session_tests::Client;
use sqlx::{Connection, PgConnection};

use super::app::{key, node, ring};

/// What must be nowhere in a store with keys.
const CANARY: &str = "canary-7f3a";

/// A store on a database of its own, and its URL.
async fn new_store() -> (PostgresStore, String) {
    let url = Postgres::shared().await.database().await;
    let builder = PostgresStore::builder().deadline(Duration::from_secs(20));
    let store = builder.connect(&url).await.expect("the server runs");
    store.migrate().await.expect("the database is new");
    (store, url)
}

#[tokio::test]
async fn a_dump_shows_nothing_of_a_sealed_session() {
    let (store, url) = new_store().await;
    let sealed = node(store.clone(), Some(Sealing::Required(ring(&key()))));
    Client::new(&sealed.router).post(&format!("/login/{CANARY}")).await.ok();
    assert!(!dump(&url).await.contains(CANARY));
    let plain = node(store, None);
    Client::new(&plain.router).post(&format!("/login/{CANARY}")).await.ok();
    assert!(dump(&url).await.contains(CANARY), "the dump would show it");
}

#[tokio::test]
async fn a_record_moved_to_another_row_is_an_error_and_not_a_session() {
    let (store, url) = new_store().await;
    let node = node(store, Some(Sealing::Required(ring(&key()))));
    let (mut ann, mut eve) = (Client::new(&node.router), Client::new(&node.router));
    ann.post("/login/ann").await.ok();
    eve.post("/login/eve").await.ok();
    let mut database = PgConnection::connect(&url).await.expect("the server runs");
    sqlx::query(
        "UPDATE sessions SET fields = (SELECT fields FROM sessions ORDER BY handle LIMIT 1)",
    )
    .execute(&mut database)
    .await
    .expect("it is a statement");
    assert_eq!(ann.get("/visits").await.ok(), "0");
    let reply = eve.get("/visits").await;
    assert_eq!((reply.status, reply.set_cookie()), (StatusCode::SERVICE_UNAVAILABLE, None));
}

/// Every value of every column, as PostgreSQL prints rows, with byte strings as text.
async fn dump(url: &str) -> String {
    let mut database = PgConnection::connect(url).await.expect("the server runs");
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT sessions::text || encode(fields, 'escape') FROM sessions")
            .fetch_all(&mut database)
            .await
            .expect("it is a statement");
    rows.into_iter().map(|(row,)| row).collect()
}
