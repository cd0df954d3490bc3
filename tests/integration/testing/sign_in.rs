//! A session is stored without a request, and looked at.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::COOKIE;
use futures_util::FutureExt as _;
use session_axum::testing::{Client, sign_in, stored};
use session_axum::{KeyRing, MemoryStore, Sessions};
use session_tests::{TestStore, on_each_store};

use super::app::{Shop, sessions, shop};

on_each_store!(
    with_keys_and_on_a_cluster;
    a_session_is_signed_in_as_whom_its_state_says,
    what_is_stored_is_seen_by_cookie_by_handle_and_by_client,
);

fn ann() -> Shop {
    Shop { user: Some("ann".to_owned()), visits: 3, cart: vec![] }
}

fn in_store<S: TestStore>(store: S) -> Sessions<Shop> {
    let sealing = store.sealing();
    sessions(store, |builder| match sealing {
        Some(sealing) => builder.sealing(sealing),
        None => builder,
    })
}

async fn a_session_is_signed_in_as_whom_its_state_says<S: TestStore>(store: S) {
    let sessions = in_store(store);
    let cookie = sign_in(&sessions, ann()).await;
    let request = Request::get("/account").header(COOKIE, cookie).body(Body::empty()).unwrap();
    assert_eq!(Client::new(shop(&sessions)).send(request).await.text(), "ann");
    let listed = sessions.list(&"ann".to_owned()).await.unwrap();
    assert!(listed[0].authenticated.is_some());
    let client = Client::new(shop(&sessions));
    client.sign_in(&sessions, ann()).await;
    assert_eq!(client.post("/visit").await.text(), "4");
    assert_eq!(sessions.list(&"ann".to_owned()).await.unwrap().len(), 2);
}

async fn what_is_stored_is_seen_by_cookie_by_handle_and_by_client<S: TestStore>(store: S) {
    let sessions = in_store(store);
    let client = Client::new(shop(&sessions));
    assert!(stored(&sessions, &client).await.is_none(), "it has no cookie");
    client.sign_in(&sessions, ann()).await;
    let cookie = client.cookies("/").unwrap();
    let handle = sessions.list(&"ann".to_owned()).await.unwrap()[0].handle;
    client.post("/visit").await.assert_status(200);
    assert_eq!(stored(&sessions, &client).await.unwrap().visits, 4);
    assert_eq!(stored(&sessions, &cookie).await.unwrap().visits, 4);
    assert_eq!(stored(&sessions, &handle).await.unwrap().visits, 4);
    client.post("/logout").await.assert_status(303);
    assert!(stored(&sessions, &client).await.is_none());
    assert!(stored(&sessions, &cookie).await.is_none());
    assert!(stored(&sessions, &handle).await.is_none());
}

#[tokio::test]
async fn a_sealed_cookie_is_signed_in_too_also_in_chunks() {
    let ring = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
    let sealed = Sessions::<Shop>::sealed_cookie(ring).chunks(3);
    let sessions = sealed.revocations(MemoryStore::new()).build().unwrap();
    let cart = vec!["tea".repeat(2000)];
    let state = Shop { cart: cart.clone(), ..ann() };
    let client = Client::new(shop(&sessions));
    client.sign_in(&sessions, state.clone()).await;
    assert_eq!(client.get("/account").await.text(), "ann");
    assert_eq!(stored(&sessions, &client).await.unwrap().cart, cart);
    let cookie = sign_in(&sessions, state).await;
    assert_eq!(cookie.to_str().unwrap().split("; ").count(), 3);
    assert_eq!(stored(&sessions, &cookie).await.unwrap().cart, cart);
}

#[tokio::test]
async fn nobody_is_signed_in_with_the_default() {
    let sessions = sessions(MemoryStore::new(), |builder| builder);
    let signed_in = AssertUnwindSafe(sign_in(&sessions, Shop::default())).catch_unwind().await;
    assert!(signed_in.is_err());
}
