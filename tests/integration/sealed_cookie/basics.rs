//! What a sealed cookie can do, and what needs a store.

use std::time::Duration;

use session_axum::{BuildError, ErrorKind, Handle, Sealing, Sessions};
use session_tests::Client;

use super::app::{Clock, Shop, key, replayable, ring};

#[tokio::test]
async fn the_same_handlers_work_without_a_store() {
    let mut client = Client::new(&replayable(&Clock::new()));
    assert_eq!(client.get("/").await.body, "- 0 0");
    assert!(client.session().is_none(), "nothing was set");
    client.post("/visit").await;
    assert_eq!(client.post("/visit").await.body, "2");
    client.post("/login/ann").await;
    assert_eq!(client.get("/").await.body, "ann 2 0");
    client.post("/logout").await;
    assert!(client.session().is_none());
    assert_eq!(client.get("/").await.body, "- 0 0");
}

#[tokio::test]
async fn a_read_and_an_unchanged_write_set_no_cookie() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await;
    assert!(client.get("/").await.set_cookies().is_empty());
    assert!(client.post("/note/0").await.set_cookies().is_empty());
    clock.advance(Duration::from_secs(359));
    assert!(
        client.get("/").await.set_cookies().is_empty(),
        "a tenth of the idle limit is not gone"
    );
}

#[test]
fn what_is_sealed_is_not_to_be_sealed_again_or_counted() {
    let builder = Sessions::<Shop>::sealed_cookie(ring(&key())).accept_replay_until_expiry();
    let built = builder.sealing(Sealing::Required(ring(&key()))).build();
    assert!(matches!(built, Err(BuildError::SealedTwice)));
    let builder = Sessions::<Shop>::sealed_cookie(ring(&key())).accept_replay_until_expiry();
    let built = builder.max_per_principal(1).build();
    assert!(matches!(built, Err(BuildError::Uncountable)));
}

#[tokio::test]
async fn what_needs_a_store_says_so() {
    let sessions = Sessions::<Shop>::sealed_cookie(ring(&key()))
        .accept_replay_until_expiry()
        .build()
        .expect("it is sound");
    let handle = Handle::from_bytes([7; 16]);
    assert!(
        sessions
            .update(&handle, |_| ())
            .await
            .is_err_and(|error| matches!(error.kind(), ErrorKind::NotStored))
    );
    assert!(
        sessions
            .list(&"ann".to_owned())
            .await
            .is_err_and(|error| matches!(error.kind(), ErrorKind::NotStored))
    );
    assert!(
        sessions
            .revoke_all(&"ann".to_owned())
            .await
            .is_err_and(|error| matches!(error.kind(), ErrorKind::NotStored))
    );
}
