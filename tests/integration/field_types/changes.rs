//! A change is what would be stored differently, whatever `PartialEq` says of it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use session_axum::{Session, Sessions, require_session, session};
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};
use time::{OffsetDateTime, UtcOffset};

on_each_store!(
    what_equals_and_would_be_stored_differently_is_stored,
    it_is_stored_at_the_beginning_of_a_session_too,
    what_would_be_stored_the_same_is_not_written,
    a_hash_map_in_another_order_is_no_change,
    entries_that_equal_others_survive_a_conflict,
    an_update_outside_of_a_request_stores_it_too,
);

/// An amount whose equality overlooks trailing zeros, as those of the decimal crates do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Decimal {
    digits: i64,
    scale: u32,
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        let value = |decimal: &Self| decimal.digits * 10_i64.pow(6 - decimal.scale);
        value(self) == value(other)
    }
}

/// An entity: two of one id are equal.
#[derive(Clone, Debug, Default, Eq, Serialize, Deserialize)]
struct Person {
    id: u32,
    name: String,
}

impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// What a customer has of an article.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Quantity {
    count: u32,
}

#[session]
#[derive(Debug)]
struct Shop {
    #[session(merge = union)]
    lines: HashMap<String, Quantity>,
    tags: HashSet<String>,
    order: IndexMap<String, u32>,
    #[session(default = OffsetDateTime::UNIX_EPOCH)]
    #[session(rename = "moment")]
    when: OffsetDateTime,
    price: Decimal,
    person: Person,
    #[session(merge = append)]
    people: Vec<Person>,
    balance: f64,
    visits: u64,
}

/// Each changes one field to what equals it.
fn change(shop: &mut Shop, field: &str) {
    match field {
        "order" => shop.order.reverse(),
        "when" => {
            let offset = UtcOffset::from_hms(2, 0, 0).expect("it is two hours");
            shop.when = shop.when.to_offset(offset);
        }
        "price" => shop.price = Decimal { digits: shop.price.digits * 10, scale: 1 },
        "person" => shop.person.name.push_str("-marie"),
        "people" => shop.people[0].name.push_str("-marie"),
        "balance" => shop.balance = -shop.balance,
        other => panic!("{other} is no field"),
    }
}

const FIELDS: [&str; 6] = ["order", "when", "price", "person", "people", "balance"];

#[require_session]
async fn fill(shop: &mut Shop) {
    let keys = || (0..20).map(|number| number.to_string());
    shop.lines = keys().map(|key| (key, Quantity { count: 1 })).collect();
    shop.tags = keys().collect();
    shop.order = [("tea".to_owned(), 1), ("cup".to_owned(), 2)].into();
    shop.price = Decimal { digits: 15, scale: 0 };
    shop.person = Person { id: 1, name: "ann".to_owned() };
    shop.people = vec![shop.person.clone()];
}

#[require_session]
async fn alter(shop: &mut Shop, Path(field): Path<String>) -> String {
    change(shop, &field);
    as_json(shop)
}

/// A farewell that equals the default.
#[require_session]
async fn begin_anew(session: &mut Session<Shop>) {
    session.destroy();
    session.balance = -0.0;
}

/// The maps are made anew, with other hashers: their order is another.
#[require_session]
async fn rehash(shop: &mut Shop) {
    shop.lines = shop.lines.drain().collect();
    shop.tags = shop.tags.drain().collect();
    shop.visits += 1;
    shop.visits -= 1;
    shop.person = shop.person.clone();
}

#[require_session]
async fn sell(shop: &mut Shop, Path(key): Path<String>) {
    shop.lines.remove(&key);
    shop.people.push(Person { id: 2, name: key });
}

#[require_session]
async fn show(shop: &Shop) -> String {
    as_json(shop)
}

fn as_json(shop: &Shop) -> String {
    let Shop { order, when, price, person, people, balance, .. } = shop;
    let values = (order, when, price, person, people, balance);
    serde_json::to_string(&values).expect("it was stored")
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

fn app<S: TestStore>(store: ProbedStore<S>) -> (Router, Sessions<Shop>) {
    let builder = Sessions::builder(store).deadline(Duration::from_secs(20)).without_cleaner();
    let sessions = builder.build().expect("it is sound");
    let router = Router::new()
        .route("/fill", post(fill))
        .route("/alter/{field}", post(alter))
        .route("/begin-anew", post(begin_anew))
        .route("/rehash", post(rehash))
        .route("/sell/{key}", post(sell))
        .route("/", get(show))
        .with_state(AppState { sessions: sessions.clone() });
    (router, sessions)
}

async fn what_equals_and_would_be_stored_differently_is_stored<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (one, other) = (app(store.clone()).0, app(store.clone()).0);
    let mut client = Client::new(&one);
    client.post("/fill").await.ok();
    for field in FIELDS {
        let before = client.at(&other).get("/").await.ok();
        store.take_calls();
        let left = client.post(&format!("/alter/{field}")).await.ok();
        assert_eq!(store.take_calls(), [Call::Load, Call::Update], "{field}");
        assert_ne!(left, before, "{field}");
        assert_eq!(client.get("/").await.ok(), left, "{field}, on this node");
        assert_eq!(client.at(&other).get("/").await.ok(), left, "{field}, on another one");
    }
}

async fn it_is_stored_at_the_beginning_of_a_session_too<S: TestStore>(store: S) {
    let (router, _) = app(ProbedStore::new(store));
    let mut client = Client::new(&router);
    client.post("/alter/balance").await.ok();
    assert!(client.session().is_some());
    let left = client.get("/").await.ok();
    assert!(left.ends_with("-0.0]"), "{left}");
    client.post("/begin-anew").await.ok();
    assert!(client.get("/").await.ok().ends_with("-0.0]"));
}

async fn what_would_be_stored_the_same_is_not_written<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (router, _) = app(store.clone());
    let mut client = Client::new(&router);
    let reply = client.post("/rehash").await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    client.post("/fill").await.ok();
    store.take_calls();
    // An even number of times.
    client.post("/alter/order").await.ok();
    client.post("/alter/order").await.ok();
    assert_eq!(store.take_calls(), [Call::Load, Call::Update, Call::Load, Call::Update]);
}

async fn a_hash_map_in_another_order_is_no_change<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (router, _) = app(store.clone());
    let mut client = Client::new(&router);
    client.post("/fill").await.ok();
    store.take_calls();
    for _ in 0..3 {
        let reply = client.post("/rehash").await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    }
    assert_eq!(store.take_calls(), [Call::Load; 3]);
}

async fn entries_that_equal_others_survive_a_conflict<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (one, other) = (app(store.clone()).0, app(store.clone()).0);
    let mut client = Client::new(&one);
    client.post("/fill").await.ok();
    let gate = store.pause(Call::Update);
    let mut late = client.at(&one);
    let slow = async { late.post("/alter/people").await.ok() };
    let fast = async {
        gate.reached().await;
        store.heal();
        client.at(&other).post("/sell/bob").await.ok();
        gate.open();
    };
    tokio::join!(slow, fast);
    let left = client.get("/").await.ok();
    assert!(left.contains("ann-marie") && left.contains("bob"), "{left}");
    assert!(!left.contains(r#"[{"id":1,"name":"ann"},"#), "{left}");
}

async fn an_update_outside_of_a_request_stores_it_too<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (router, sessions) = app(store.clone());
    let mut client = Client::new(&router);
    client.post("/fill").await.ok();
    let handle = store.inserted()[0];
    for field in FIELDS {
        let before = client.get("/").await.ok();
        let changed = sessions.update(&handle, move |shop| change(shop, field)).await;
        changed.expect("the session is there");
        assert_ne!(client.get("/").await.ok(), before, "{field}");
    }
}
