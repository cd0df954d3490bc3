//! Types of other crates: without `PartialEq`, and without `Clone` as well.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use session_axum::{Opaque, Sessions, require_session, session};
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};

use self::protocols::{Registration, Verifier};

on_each_store!(
    values_that_cannot_be_compared_are_stored_and_taken_once,
    one_that_is_as_before_is_not_written,
    a_concurrent_change_to_another_field_leaves_them,
);

/// As other crates have them.
mod protocols {
    use std::collections::HashMap;

    use serde::{Deserialize, Serialize};

    /// What a provider's answer is checked against.
    #[derive(Clone, Debug, Default, Serialize, Deserialize)]
    pub(super) struct Verifier {
        secret: String,
        claims: HashMap<String, u32>,
    }

    /// The state of a registration, which nobody may copy.
    #[derive(Debug, Serialize, Deserialize)]
    pub(super) struct Registration {
        challenge: String,
        allowed: HashMap<String, u32>,
    }

    fn numbers() -> HashMap<String, u32> {
        (0..20).map(|number| (number.to_string(), number)).collect()
    }

    impl Verifier {
        pub(super) fn new(secret: &str) -> Self {
            Self { secret: secret.to_owned(), claims: numbers() }
        }

        pub(super) fn verify(&self, secret: &str) -> bool {
            self.secret == secret && self.claims == numbers()
        }
    }

    impl Registration {
        pub(super) fn new(challenge: &str) -> Self {
            Self { challenge: challenge.to_owned(), allowed: numbers() }
        }

        /// It is good for one answer.
        pub(super) fn finish(self, challenge: &str) -> bool {
            self.challenge == challenge && self.allowed == numbers()
        }
    }
}

#[session]
struct Shop {
    #[session(opaque)]
    verifier: Option<Verifier>,
    registration: Opaque<Registration>,
    visits: u64,
}

#[require_session]
async fn begin(shop: &mut Shop, Path(secret): Path<String>) {
    shop.verifier = Some(Verifier::new(&secret));
    shop.registration.set(Registration::new(&secret));
}

#[require_session]
async fn come_back(shop: &mut Shop, Path(secret): Path<String>) -> String {
    let verified = shop.verifier.take().map(|verifier| verifier.verify(&secret));
    let registered = shop.registration.take().map(|registration| registration.finish(&secret));
    format!("{verified:?} {registered:?}")
}

#[require_session]
async fn look(shop: &mut Shop) -> String {
    let copy = shop.verifier.clone();
    shop.verifier = copy;
    format!("{} {}", shop.verifier.is_some(), shop.registration.get().is_some())
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn show(shop: &Shop) -> String {
    let verifier = shop.verifier.as_ref().is_some_and(|verifier| verifier.verify("abc"));
    format!("{verifier} {:?} {}", shop.registration, shop.visits)
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

fn app<S: TestStore>(store: ProbedStore<S>) -> Router {
    let builder = Sessions::builder(store).deadline(Duration::from_secs(20)).without_cleaner();
    let sessions = builder.build().expect("it is sound");
    Router::new()
        .route("/begin/{secret}", post(begin))
        .route("/come-back/{secret}", post(come_back))
        .route("/look", post(look))
        .route("/visit", post(visit))
        .route("/", get(show))
        .with_state(AppState { sessions })
}

async fn values_that_cannot_be_compared_are_stored_and_taken_once<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (one, other) = (app(store.clone()), app(store));
    for node in [&one, &other] {
        let mut client = Client::new(&one);
        client.post("/begin/former").await.ok();
        client.post("/begin/abc").await.ok();
        client.switch_to(node);
        assert_eq!(client.get("/").await.ok(), "true Opaque(..) 0");
        assert_eq!(client.post("/come-back/abc").await.ok(), "Some(true) Some(true)");
        assert_eq!(client.post("/come-back/abc").await.ok(), "None None");
        assert_eq!(client.at(&one).get("/").await.ok(), "false Opaque(none) 0");
    }
}

async fn one_that_is_as_before_is_not_written<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (one, other) = (app(store.clone()), app(store.clone()));
    let mut client = Client::new(&one);
    assert_eq!(client.post("/look").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    client.post("/begin/abc").await.ok();
    store.take_calls();
    for node in [&one, &other] {
        let reply = client.at(node).post("/look").await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, "true true");
    }
    assert_eq!(store.take_calls(), [Call::Load; 2]);
}

async fn a_concurrent_change_to_another_field_leaves_them<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (one, other) = (app(store.clone()), app(store.clone()));
    let mut client = Client::new(&one);
    client.post("/visit").await.ok();
    let gate = store.pause(Call::Update);
    let mut late = client.at(&one);
    let slow = async { late.post("/visit").await.ok() };
    let fast = async {
        gate.reached().await;
        store.heal();
        client.at(&other).post("/begin/abc").await.ok();
        gate.open();
    };
    tokio::join!(slow, fast);
    assert_eq!(client.get("/").await.ok(), "true Opaque(..) 2");
}
