//! The decode cache: a session is decoded again only when the store returns other bytes than before.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use serde::{Deserialize, Deserializer, Serialize};
use session_axum::{Builder, KeyRing, Sealing, Session, Sessions, require_session, session};
use session_tests::{Client, TestStore, on_each_store};

/// A text that counts how often it is decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
struct Counted(String);

static DECODED: LazyLock<Mutex<HashMap<String, usize>>> = LazyLock::new(Mutex::default);

fn decoded() -> MutexGuard<'static, HashMap<String, usize>> {
    DECODED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        *decoded().entry(text.clone()).or_default() += 1;
        Ok(Self(text))
    }
}

/// A text whose case does not matter.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Email(String);

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

#[session]
struct Shop {
    note: Counted,
    visits: u64,
    email: Email,
}

#[require_session]
async fn write(shop: &mut Shop, Path(text): Path<String>) {
    shop.note = Counted(text);
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn read(shop: &Shop) -> String {
    format!("{} {}", shop.note.0, shop.visits)
}

#[require_session]
async fn register(shop: &mut Shop, Path(email): Path<String>) -> String {
    shop.email = Email(email);
    shop.visits += 1;
    shop.email.0.clone()
}

#[require_session]
async fn email(shop: &Shop) -> String {
    format!("{} {}", shop.email.0, shop.visits)
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

fn ring() -> KeyRing {
    KeyRing::from_bytes([7; 32]).expect("it is long enough")
}

/// A node on this store, which seals or does not.
fn node(store: &impl TestStore, seals: bool) -> Router {
    let builder = Sessions::builder(store.clone());
    router(if seals { builder.sealing(Sealing::Required(ring())) } else { builder })
}

fn router(builder: Builder<Shop>) -> Router {
    let sessions = builder.deadline(Duration::from_secs(20)).build();
    let sessions = sessions.expect("the options are sound");
    Router::new()
        .route("/", get(read))
        .route("/note/{text}", post(write))
        .route("/visit", post(visit))
        .route("/email", get(email))
        .route("/email/{email}", post(register))
        .route("/logout", post(log_out))
        .with_state(AppState { sessions })
}

/// How often this text was decoded since this was last asked.
fn decodings(text: &str) -> usize {
    decoded().remove(text).unwrap_or_default()
}

/// A text that no other test has.
fn text<S: TestStore>(test: &str, seals: bool) -> String {
    format!("{test}-{}-{seals}", std::any::type_name::<S>().replace("::", "-"))
}

async fn a_session_is_decoded_once_as_long_as_nobody_changes_it<S: TestStore>(store: S) {
    for seals in [false, true] {
        let text = text::<S>("once", seals);
        let (here, there) = (node(&store, seals), node(&store, seals));
        let mut client = Client::new(&here);
        client.post(&format!("/note/{text}")).await.ok();
        assert_eq!(decodings(&text), 1, "to see that nothing is lost");
        for _ in 0..3 {
            assert_eq!(client.get("/").await.ok(), format!("{text} 0"));
        }
        assert_eq!(decodings(&text), 0, "who wrote it knows it");
        let mut elsewhere = client.at(&there);
        for _ in 0..3 {
            assert_eq!(elsewhere.get("/").await.ok(), format!("{text} 0"));
        }
        assert_eq!(decodings(&text), 1, "another node reads it once");
        client.post("/visit").await.ok();
        assert_eq!(client.get("/").await.ok(), format!("{text} 1"));
        assert_eq!(decodings(&text), 0, "who changed another field knows this one");
    }
}

#[tokio::test]
async fn a_sealed_cookie_that_comes_back_is_not_decoded() {
    let text = "cookie";
    let mut client =
        Client::new(&router(Sessions::sealed_cookie(ring()).accept_replay_until_expiry()));
    client.post(&format!("/note/{text}")).await.ok();
    client.post("/visit").await.ok();
    assert_eq!(client.get("/").await.ok(), format!("{text} 1"));
    assert_eq!(decodings(text), 1, "to see that nothing is lost");
}

async fn what_another_node_has_written_is_seen_at_once<S: TestStore>(store: S) {
    for seals in [false, true] {
        let text = text::<S>("seen", seals);
        let (here, there) = (node(&store, seals), node(&store, seals));
        let mut client = Client::new(&here);
        client.post(&format!("/note/{text}")).await.ok();
        for visits in 1..=3 {
            client.at(&there).post("/visit").await.ok();
            assert_eq!(client.get("/").await.ok(), format!("{text} {visits}"));
        }
    }
}

/// A handler may leave what its type takes for equal: that is stored too, and every later request sees
/// it, on whichever node.
async fn what_is_remembered_is_what_is_stored<S: TestStore>(store: S) {
    let (here, there) = (node(&store, false), node(&store, false));
    let mut client = Client::new(&here);
    for email in ["ann@example.com", "Ann@Example.com"] {
        assert_eq!(client.post(&format!("/email/{email}")).await.ok(), email);
    }
    for node in [&there, &here] {
        assert_eq!(client.at(node).get("/email").await.ok(), "Ann@Example.com 2");
    }
}

async fn what_has_ended_elsewhere_is_not_there<S: TestStore>(store: S) {
    let text = text::<S>("ended", false);
    let (here, there) = (node(&store, false), node(&store, false));
    let mut client = Client::new(&here);
    client.post(&format!("/note/{text}")).await.ok();
    assert_eq!(client.get("/").await.ok(), format!("{text} 0"));
    client.at(&there).post("/logout").await.ok();
    assert_eq!(client.get("/").await.ok(), " 0");
}

on_each_store!(
    a_session_is_decoded_once_as_long_as_nobody_changes_it,
    what_another_node_has_written_is_seen_at_once,
    what_is_remembered_is_what_is_stored,
    what_has_ended_elsewhere_is_not_there,
);
