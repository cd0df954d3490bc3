//! Tokens: how they are generated, encoded and issued.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use session_axum::{Builder, Handle, Random, RandomError};
use session_core::Now;
use session_tests::{Call, Client, TestStore, on_each_store};
use sha2::{Digest as _, Sha256};

use super::app::{Shop, TestApp, parts, state};

on_each_store!(
    a_random_source_that_fails_issues_nothing,
    a_random_source_that_fails_leaves_the_old_token,
    a_token_that_nobody_issued_is_not_adopted,
    a_handle_that_is_taken_is_drawn_again,
    a_random_source_that_repeats_itself_issues_nothing,
);

/// Gives what the function gives, and counts the bytes.
struct Source<F>(F, &'static AtomicUsize);

impl<F: Fn(&mut [u8]) -> bool + Send + Sync + 'static> Random for Source<F> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        self.1.fetch_add(bytes.len(), Ordering::SeqCst);
        if self.0(bytes) { Ok(()) } else { Err(RandomError::new("there is none left")) }
    }
}

fn source(
    fill: impl Fn(&mut [u8]) -> bool + Send + Sync + 'static,
) -> impl FnOnce(Builder<Shop>) -> Builder<Shop> {
    static NOBODY_LOOKS: AtomicUsize = AtomicUsize::new(0);
    move |builder| builder.random(Source(fill, &NOBODY_LOOKS))
}

#[tokio::test]
async fn a_secret_is_32_bytes_of_the_random_source() {
    static BYTES: AtomicUsize = AtomicUsize::new(0);
    let count = |bytes: &mut [u8]| {
        bytes.fill(0x5a);
        true
    };
    let memory = session_axum::MemoryStore::new();
    let app = TestApp::with_options(memory, |builder| builder.random(Source(count, &BYTES)));
    let client = app.visitor().await;
    assert_eq!(parts(client.session().expect("it was set")).1, [0x5a; 32]);
    assert_eq!(
        BYTES.swap(0, Ordering::SeqCst),
        10 + 32,
        "the handle's random part, and the secret"
    );
    client.clone().post("/rotate").await.ok();
    assert_eq!(BYTES.swap(0, Ordering::SeqCst), 32);
}

/// A successor by age is made with the secret, which no store has, and 32 bytes of the random source, which
/// the store has. It looks like chance, and whoever has the one without the other has nothing.
#[tokio::test]
async fn a_successor_is_made_with_its_secret_and_random_bytes() {
    static BYTES: AtomicUsize = AtomicUsize::new(0);
    let count = |bytes: &mut [u8]| {
        let so_far = u8::try_from(BYTES.load(Ordering::SeqCst)).expect("they are few");
        bytes.fill(so_far);
        true
    };
    let memory = session_axum::MemoryStore::new();
    let app = TestApp::with_options(memory, |builder| builder.random(Source(count, &BYTES)));
    let mut client = app.visitor().await;
    let old = parts(client.session().expect("it was set")).1;
    for _ in 0..2 {
        app.clock.advance(Duration::from_mins(30));
        client.get("/look").await.ok();
    }
    assert_eq!(BYTES.load(Ordering::SeqCst), 10 + 32 + 32);
    let new = parts(client.session().expect("it was set")).1;
    let differing: u32 = old.iter().zip(new).map(|(a, b)| (a ^ b).count_ones()).sum();
    assert!((80..=176).contains(&differing), "{differing} of 256 bits differ");

    let records = app.store.records(Now::At(app.clock.now())).await;
    let stored = [records[0].digest.as_bytes(), &*records[0].fields].concat();
    let sessions = Sha256::new().chain_update("__Host-session\0Shop").finalize();
    let makes_it = |key: &[u8]| {
        stored.windows(32).any(|nonce| {
            let mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
            let mac = mac.chain_update("session successor").chain_update(&sessions[..16]);
            mac.chain_update(nonce).finalize().into_bytes()[..] == new
        })
    };
    assert!(makes_it(&old));
    for guess in stored.windows(32) {
        assert!(guess != new && !makes_it(guess), "the store has no secret");
    }
}

/// 30,000 secrets: bounds that chance exceeds less than once in a million runs.
#[tokio::test]
async fn secrets_do_not_repeat_and_look_like_chance() {
    const TOKENS: u32 = 30_000;
    let app = TestApp::in_memory();
    let (mut tokens, mut ones, mut bytes) = (HashSet::new(), 0, [0_u32; 256]);
    for _ in 0..TOKENS {
        let client = app.visitor().await;
        let token = client.session().expect("it was set");
        for byte in parts(token).1 {
            ones += byte.count_ones();
            bytes[usize::from(byte)] += 1;
        }
        assert!(tokens.insert(token.to_owned()), "{token} twice");
    }
    let bits = f64::from(TOKENS * 256);
    let deviation = (f64::from(ones) - bits / 2.0) / (bits / 4.0).sqrt();
    assert!(deviation.abs() < 5.0, "{ones} of {bits} bits are ones");
    let expected = f64::from(TOKENS * 32) / 256.0;
    let chi_squared: f64 =
        bytes.iter().map(|&seen| (f64::from(seen) - expected).powi(2) / expected).sum();
    assert!((150.0..400.0).contains(&chi_squared), "{chi_squared} with 255 degrees of freedom");
}

async fn a_random_source_that_fails_issues_nothing<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, source(|_| false));
    let reply = app.newcomer().post("/visit").await;
    assert_eq!(reply.summary(), "503, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.store.take_calls(), []);
}

async fn a_random_source_that_fails_leaves_the_old_token<S: TestStore>(store: S) {
    let draws = AtomicUsize::new(0);
    let app = TestApp::with_options(
        store,
        source(move |bytes| {
            bytes.fill(7);
            draws.fetch_add(1, Ordering::SeqCst) < 1
        }),
    );
    let mut client = app.visitor().await;
    for path in ["/rotate", "/log-in/ann"] {
        assert_eq!(client.post(path).await.summary(), "503, no Set-Cookie, Vary: Cookie");
        assert_eq!(app.store.take_calls(), [Call::Load]);
    }
    assert_eq!(state(&mut client).await, Shop { visits: 1, ..Shop::default() });
}

#[tokio::test]
async fn secrets_of_one_user_in_one_millisecond_share_nothing() {
    let app = TestApp::in_memory();
    let (one, two) = (app.log_in_as("ann").await, app.log_in_as("ann").await);
    let (one, two) = (parts(one.session().expect("set")), parts(two.session().expect("set")));
    let differing: u32 = one.1.iter().zip(two.1).map(|(a, b)| (a ^ b).count_ones()).sum();
    assert!((96..=160).contains(&differing), "{differing} of 256 bits differ");
    assert_ne!(one.0, two.0);
    assert_eq!(one.0[..6], two.0[..6], "the time of the same clock");
}

#[tokio::test]
async fn a_handle_tells_when_it_was_drawn_and_nothing_else() {
    let app = TestApp::in_memory();
    let (ann, bob) = (app.log_in_as("ann").await, app.log_in_as("bob").await);
    let [ann, bob] = [ann, bob].map(|client| parts(client.session().expect("set")).0);
    let millis = (app.clock.now().micros() / 1000).to_be_bytes();
    for handle in [ann, bob] {
        assert_eq!(handle[..6], millis[2..]);
        assert_eq!((handle[6] >> 4, handle[8] >> 6), (7, 2), "UUID version and variant");
    }
    let differing: u32 = ann[6..].iter().zip(&bob[6..]).map(|(a, b)| (a ^ b).count_ones()).sum();
    assert!((15..=60).contains(&differing), "{differing} of 74 random bits differ");
}

async fn a_token_that_nobody_issued_is_not_adopted<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let theirs = format!("AZCnBUCAewCLk7iYf1wA{}", "B".repeat(44));
    for path in ["/visit", "/log-in/ann", "/remember/true"] {
        let mut victim = Client::with_session(&app.router, &theirs);
        victim.post(path).await.ok();
        let given = victim.session().expect("it was set");
        assert_ne!(parts(given).0, parts(&theirs).0);
        assert_ne!(parts(given).1, parts(&theirs).1);
        let attacker = Client::with_session(&app.router, &theirs);
        assert_eq!(state(&mut attacker.clone()).await, Shop::default());
    }
    let inserted = app.store.inserted();
    assert_eq!(inserted.len(), 3);
    assert!(!inserted.contains(&Handle::from_bytes(parts(&theirs).0)));
}

async fn a_handle_that_is_taken_is_drawn_again<S: TestStore>(store: S) {
    let draws = Mutex::new(0_u8);
    let app = TestApp::with_options(
        store,
        source(move |bytes| {
            // The handle's part is the first 10 bytes, and the same for the first two.
            let mut draws = draws.lock().expect("nobody panics here");
            let (handle, secret) = bytes.split_at_mut(10);
            handle.fill(*draws / 2);
            secret.fill(*draws);
            *draws += 1;
            true
        }),
    );
    let (mut first, mut second) = (app.visitor().await, app.newcomer());
    second.post("/add/tea").await.ok();
    assert_eq!(app.store.take_calls(), [Call::Insert, Call::Insert]);
    assert_eq!(app.live_sessions().await, 2);
    assert_ne!(parts(first.session().expect("set")).0, parts(second.session().expect("set")).0);
    assert_eq!(state(&mut first).await, Shop { visits: 1, ..Shop::default() });
    assert_eq!(state(&mut second).await.cart, ["tea"]);
}

async fn a_random_source_that_repeats_itself_issues_nothing<S: TestStore>(store: S) {
    let app = TestApp::with_options(
        store,
        source(|bytes| {
            bytes.fill(7);
            true
        }),
    );
    let mut first = app.visitor().await;
    let reply = app.newcomer().post("/log-in/eve").await;
    assert_eq!(reply.summary(), "503, no Set-Cookie, Vary: Cookie");
    assert_eq!(state(&mut first).await, Shop { visits: 1, ..Shop::default() });
}
