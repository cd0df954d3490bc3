//! Signed cookies: what is not signed is no session, and a forged one costs no store call.

use session_axum::{MemoryStore, Sealing, Store};
use session_core::Now;
use session_tests::{Call, Client, ProbedStore};

use super::app::{key, node, ring};

#[tokio::test]
async fn where_sealing_is_required_what_is_not_sealed_is_refused() {
    let store = MemoryStore::new();
    let plain = node(store.clone(), None);
    let required = node(store.clone(), Some(Sealing::Required(ring(&key()))));
    let mut visitor = Client::new(&plain.router);
    visitor.post("/visit").await.ok();
    assert_eq!(
        visitor.switch_to(&required.router).get("/visits").await.ok(),
        "0",
        "its cookie is not signed"
    );

    let mut signed = Client::new(&required.router);
    signed.post("/visit").await.ok();
    signed.post("/login/ann").await.ok();
    let listed = required.sessions.list(&"ann".to_owned()).await.expect("the store works");
    let record = store
        .load(listed[0].handle, Now::Store)
        .await
        .expect("the store works")
        .expect("it is there");
    assert_eq!(
        record.fields[..4],
        [1, 1, 1, 4],
        "format, oldest reader, sealed, a name of four bytes"
    );
    assert_eq!(&record.fields[4..8], b"Shop");
    assert_eq!(
        signed.switch_to(&plain.router).get("/visits").await.ok(),
        "0",
        "a signed cookie means nothing here"
    );
}

#[tokio::test]
async fn every_bit_of_a_signed_cookie_counts_and_a_forged_one_costs_no_store_call() {
    let store = ProbedStore::new(MemoryStore::new());
    let node = node(store.clone(), Some(Sealing::Required(ring(&key()))));
    let mut visitor = Client::new(&node.router);
    visitor.post("/visit").await.ok();
    let value = visitor.session().expect("it has begun").to_owned();
    let anonymous = Client::new(&node.router).get("/visits").await;
    store.take_calls();
    let refused = async |forged: &str| {
        let reply = Client::with_session(&node.router, forged).get("/visits").await;
        assert_eq!(
            (reply.status, reply.headers.clone(), reply.body),
            (anonymous.status, anonymous.headers.clone(), anonymous.body.clone())
        );
    };
    for position in 0..value.len() {
        refused(&value[..position]).await;
        for bit in 0..7 {
            let mut bytes = value.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            if bytes[position].is_ascii_graphic() && bytes[position] != b';' {
                refused(str::from_utf8(&bytes).expect("it is ASCII")).await;
            }
        }
    }
    assert_eq!(store.take_calls(), [], "not one of them reached the store");
    assert_eq!(visitor.get("/visits").await.ok(), "1");
    assert_eq!(store.take_calls(), [Call::Load]);
}
