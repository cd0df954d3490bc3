//! Each message that is sealed has a new nonce of the random source: at rest, and in cookies.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_axum::{KeyRing, Random, RandomError, Sealing, Sessions};
use session_core::Now;
use session_tests::{Client, ProbedStore, TestStore, on_each_store};

use super::app::{key, node_of, ring};

on_each_store!(each_record_at_rest_has_a_nonce_that_was_drawn_for_it);

/// The bytes of a key's id, a nonce, and an authentication tag.
const ID: usize = 4;
const NONCE: usize = 24;

/// A random source that says what it has drawn.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Vec<u8>>>>);

impl Recorder {
    fn has_drawn(&self, bytes: &[u8]) -> bool {
        self.0.lock().expect("nobody panics").iter().any(|draw| draw == bytes)
    }
}

impl Random for Recorder {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        // A new key is random.
        for part in bytes.chunks_mut(32) {
            let random = URL_SAFE_NO_PAD.decode(KeyRing::generate()?).expect("it is base64url");
            part.copy_from_slice(&random[..part.len()]);
        }
        self.0.lock().expect("nobody panics").push(bytes.to_vec());
        Ok(())
    }
}

/// Its name of four bytes stands before what is sealed.
fn nonce(sealed: &[u8]) -> Vec<u8> {
    sealed[ID..][..NONCE].to_vec()
}

async fn each_record_at_rest_has_a_nonce_that_was_drawn_for_it<S: TestStore>(store: S) {
    let (store, random) = (ProbedStore::new(store), Recorder::default());
    let builder = Sessions::builder(store.clone()).random(random.clone());
    let node = node_of(builder.sealing(Sealing::Required(ring(&key()))));
    let mut nonces = HashSet::new();
    for _ in 0..20 {
        let mut visitor = Client::new(&node.router);
        for _ in 0..2 {
            visitor.post("/visit").await.ok();
            let records = store.records(Now::Store).await;
            let fields = &records.last().expect("it is stored").fields;
            assert_eq!(&fields[4..8], b"Shop");
            let nonce = nonce(&fields[8..]);
            assert!(random.has_drawn(&nonce), "{nonce:?}");
            nonces.insert(nonce);
        }
    }
    assert_eq!(nonces.len(), 40);
}

#[tokio::test]
async fn each_sealed_cookie_has_a_nonce_that_was_drawn_for_it() {
    let random = Recorder::default();
    let sealed = Sessions::sealed_cookie(ring(&key())).accept_replay_until_expiry();
    let node = node_of(sealed.random(random.clone()));
    let mut visitor = Client::new(&node.router);
    let mut nonces = HashSet::new();
    for _ in 0..100 {
        visitor.post("/visit").await.ok();
        let value = URL_SAFE_NO_PAD.decode(visitor.session().expect("it is set"));
        let value = value.expect("it is base64url");
        assert_eq!(&value[..5], b"\x04Shop");
        let nonce = nonce(&value[5..]);
        assert!(random.has_drawn(&nonce), "{nonce:?}");
        nonces.insert(nonce);
    }
    assert_eq!(nonces.len(), 100);
}
