//! Form tokens, for applications that must have them.

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Form, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use session_axum::{KeyRing, MemoryStore, Sealing, Session, Sessions, require_session};
use session_tests::{Client, TestStore, on_each_store};
use sha2::Sha256;

use super::app::{AppState, Shop, TestApp, routes};

on_each_store!(
    a_form_with_its_session_s_token_is_taken,
    a_token_is_spelled_anew_each_time,
    a_token_from_before_a_rotation_is_refused,
    a_token_of_another_session_is_refused,
    garbage_is_refused,
    who_has_no_cookie_yet_has_no_token,
    what_is_stored_makes_no_token,
    a_token_survives_a_rotation_of_keys_between_nodes,
);

#[derive(serde::Deserialize)]
struct Sent {
    token: String,
}

#[require_session]
async fn page(session: &Session<Shop>) -> String {
    session.form_token().unwrap_or_default()
}

#[require_session]
async fn send(session: &mut Session<Shop>, Form(sent): Form<Sent>) -> StatusCode {
    if !session.is_form_token(&sent.token) {
        return StatusCode::FORBIDDEN;
    }
    session.visits += 1;
    StatusCode::OK
}

#[require_session]
async fn rotate(session: &mut Session<Shop>) -> String {
    session.rotate();
    session.form_token().unwrap_or_default()
}

#[require_session]
async fn destroy(session: &mut Session<Shop>) -> String {
    session.destroy();
    session.form_token().unwrap_or_default()
}

#[require_session]
async fn sign_off(session: &mut Session<Shop>) -> String {
    session.user = None;
    session.form_token().unwrap_or_default()
}

fn with_forms() -> Router<AppState> {
    routes()
        .route("/page", get(page))
        .route("/send", post(send))
        .route("/rotate", post(rotate))
        .route("/destroy", post(destroy))
        .route("/sign-off", post(sign_off))
}

fn app<S: TestStore>(store: S) -> TestApp<S> {
    TestApp::with_options(store, with_forms(), |builder| builder)
}

async fn token(client: &mut Client) -> String {
    let token = client.get("/page").await.ok();
    assert_eq!(token.len(), 86, "{token}");
    token
}

/// What the form with this token is answered.
async fn sent(client: &mut Client, token: &str) -> StatusCode {
    let request = axum::http::Request::post("/send")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={token}").into());
    client.send(request.expect("a form")).await.status
}

async fn a_form_with_its_session_s_token_is_taken<S: TestStore>(store: S) {
    let app = app(store);
    for mut client in [app.visitor().await, app.log_in_as("ann").await] {
        let token = token(&mut client).await;
        assert_eq!(sent(&mut client, &token).await, 200);
        client.post("/visit").await.ok();
        assert_eq!(sent(&mut client, &token).await, 200, "other changes do not matter");
    }
}

async fn a_token_is_spelled_anew_each_time<S: TestStore>(store: S) {
    let app = app(store);
    let mut client = app.visitor().await;
    let (one, two) = (token(&mut client).await, token(&mut client).await);
    let same = one.bytes().zip(two.bytes()).filter(|(a, b)| a == b).count();
    assert!(same < 20, "{one} {two}");
    assert_eq!(sent(&mut client, &one).await, 200);
    assert_eq!(sent(&mut client, &two).await, 200);
}

async fn a_token_from_before_a_rotation_is_refused<S: TestStore>(store: S) {
    let app = app(store);
    for path in ["/rotate", "/log-in/bob", "/sign-off"] {
        let mut client = app.log_in_as("ann").await;
        let old = token(&mut client).await;
        let shown = client.post(path).await.ok();
        assert_eq!(shown, "", "the token from before {path} would be dead with the response");
        assert_eq!(sent(&mut client, &old).await, 403, "{path}");
        let new = token(&mut client).await;
        assert_eq!(sent(&mut client, &new).await, 200, "{path}");
    }
    let mut client = app.log_in_as("ann").await;
    let old = token(&mut client).await;
    assert_eq!(client.post("/destroy").await.ok(), "");
    assert_eq!(sent(&mut client, &old).await, 403);
    client.post("/log-in/ann").await.ok();
    assert_eq!(sent(&mut client, &old).await, 403);
}

async fn a_token_of_another_session_is_refused<S: TestStore>(store: S) {
    let app = app(store);
    let (mut one, mut two) = (app.log_in_as("ann").await, app.log_in_as("ann").await);
    let token = token(&mut one).await;
    assert_eq!(sent(&mut two, &token).await, 403);
    assert_eq!(sent(&mut app.newcomer(), &token).await, 403);
    assert_eq!(sent(&mut one, &token).await, 200);
}

async fn garbage_is_refused<S: TestStore>(store: S) {
    let app = app(store);
    let mut client = app.visitor().await;
    let token = token(&mut client).await;
    let cookie = client.session().expect("it has one").to_owned();
    let zeros = "A".repeat(86);
    for garbage in ["", "A", &zeros, &token[1..], &token[..85], &cookie, "%00%ff", "%C3%BC"] {
        assert_eq!(sent(&mut client, garbage).await, 403, "{garbage}");
    }
    assert_eq!(client.get("/visits").await.ok(), "1");
}

async fn who_has_no_cookie_yet_has_no_token<S: TestStore>(store: S) {
    let app = app(store);
    let mut client = app.newcomer();
    assert_eq!(client.get("/page").await.ok(), "");
    assert_eq!(sent(&mut client, "").await, 403);
    client.post("/visit").await.ok();
    token(&mut client).await;
}

/// Whoever reads the store has the secret's digest, which makes other tokens. And whoever reads a
/// page has no secret.
async fn what_is_stored_makes_no_token<S: TestStore>(store: S) {
    let app = app(store);
    let mut client = app.visitor().await;
    let handle = app.store.inserted().pop().expect("it was stored");
    let now = session_core::Now::At(app.now());
    let record = session_axum::Store::load(&app.store, handle, now).await;
    let digest = *record.expect("the store works").expect("it is live").digest.as_bytes();
    let spelled = token(&mut client).await;
    let bytes = URL_SAFE_NO_PAD.decode(spelled).expect("base64url");
    let (mask, masked) = bytes.split_at(32);
    let code: Vec<u8> = mask.iter().zip(masked).map(|(a, b)| a ^ b).collect();
    let cookie = URL_SAFE_NO_PAD.decode(client.session().expect("set")).expect("base64url");
    assert_ne!(code, cookie[16..], "the token is the secret");
    assert_eq!(code, code_made_with(&cookie[16..]));
    for code in [digest, code_made_with(&digest)] {
        let guessed = URL_SAFE_NO_PAD.encode([[0; 32], code].concat());
        assert_eq!(sent(&mut client, &guessed).await, 403);
    }
}

/// A ring with the old key, with the new one beside it, with that as primary, and with that alone.
fn rotation() -> [KeyRing; 4] {
    let [old, new] = [(); 2].map(|()| KeyRing::generate().expect("random bytes"));
    [old.clone(), format!("{old} next:{new}"), format!("{new} {old}"), new]
        .map(|keys| KeyRing::parse(&keys).expect("they are keys"))
}

/// A token of each node is taken by the other, in the middle of a rotation of keys.
async fn each_takes_the_others(one: &Router, other: &Router) {
    for (begins, goes_on) in [(one, other), (other, one)] {
        let mut client = Client::new(begins);
        client.post("/log-in/ann").await.ok();
        let mut token = token(&mut client).await;
        for node in [goes_on, begins, goes_on] {
            client.switch_to(node);
            assert_eq!(sent(&mut client, &token).await, 200);
            let mut stranger = Client::new(node);
            stranger.post("/log-in/ann").await.ok();
            assert_eq!(sent(&mut stranger, &token).await, 403, "it is bound to its session");
            token = self::token(&mut client).await;
        }
        client.post("/log-in/ben").await.ok();
        assert_eq!(sent(&mut client, &token).await, 403, "a log-in ends it on every node");
    }
}

async fn a_token_survives_a_rotation_of_keys_between_nodes<S: TestStore>(store: S) {
    let nodes = rotation().map(|ring| {
        let sealing = Sealing::Required(ring);
        TestApp::with_options(store.clone(), with_forms(), |builder| builder.sealing(sealing))
    });
    for pair in nodes.windows(2) {
        each_takes_the_others(&pair[0].router, &pair[1].router).await;
    }
}

#[tokio::test]
async fn a_sealed_session_s_token_survives_a_rotation_of_keys_between_nodes() {
    let store = MemoryStore::new();
    let nodes = rotation().map(|ring| {
        let sessions = Sessions::sealed_cookie(ring).revocations(store.clone()).build();
        let sessions = sessions.expect("the options are sound");
        with_forms().with_state(AppState { sessions })
    });
    let [before, prepared, rotated, after] = &nodes;
    each_takes_the_others(before, before).await;
    each_takes_the_others(before, prepared).await;
    each_takes_the_others(prepared, rotated).await;
    each_takes_the_others(rotated, after).await;
    // What a removed key has made is refused, though the session is sealed with another by now.
    let mut client = Client::new(prepared);
    client.post("/log-in/ann").await.ok();
    let token = token(&mut client).await;
    client.switch_to(rotated).post("/visit").await.ok();
    assert_eq!(sent(&mut client, &token).await, 200);
    client.switch_to(after);
    assert_eq!(sent(&mut client, &token).await, 403);
    let token = self::token(&mut client).await;
    assert_eq!(sent(&mut client, &token).await, 200);
}

/// What is in a token, unmasked.
fn code_made_with(key: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.chain_update("session form token").finalize().into_bytes().into()
}

#[tokio::test]
async fn a_sealed_cookie_has_tokens_too() {
    let ring = KeyRing::parse(&KeyRing::generate().expect("random bytes")).expect("a key");
    let sessions = Sessions::sealed_cookie(ring).revocations(MemoryStore::new()).build();
    let router =
        with_forms().with_state(AppState { sessions: sessions.expect("the options are sound") });
    let mut client = Client::new(&router);
    assert_eq!(client.get("/page").await.ok(), "");
    client.post("/visit").await.ok();
    let old = token(&mut client).await;
    client.post("/visit").await.ok();
    assert_eq!(sent(&mut client, &old).await, 200);
    client.post("/log-in/ann").await.ok();
    assert_eq!(sent(&mut client, &old).await, 403);
    let new = token(&mut client).await;
    assert_eq!(sent(&mut client, &new).await, 200);
    let mut other = Client::new(&router);
    other.post("/log-in/ann").await.ok();
    assert_eq!(sent(&mut other, &new).await, 403);
}
