//! The shop's resolvers over HTTP: what they change in the session is saved with the response.

use serde_json::{Value, json};
use session_axum::testing::{Client, Fault, FaultyStore, Operation, stored};
use session_axum::{MemoryStore, Sessions};
use shop_graphql::{Shop, router};

struct TestShop {
    store: FaultyStore<MemoryStore>,
    sessions: Sessions<Shop>,
    client: Client,
}

impl TestShop {
    fn new() -> Self {
        let store = FaultyStore::new(MemoryStore::new());
        let sessions = Sessions::builder(store.clone()).without_cleaner().build().unwrap();
        let client = Client::new(router(&sessions));
        Self { store, sessions, client }
    }

    /// With a session of ann's.
    async fn of_ann(cart: &[&str]) -> Self {
        let shop = Self::new();
        let cart = cart.iter().map(|&sku| sku.to_owned()).collect();
        let state = Shop { user: Some("ann".to_owned()), cart };
        shop.client.sign_in(&shop.sessions, state).await;
        shop.store.take_calls();
        shop
    }

    async fn ask(&self, query: &str) -> Value {
        let reply = self.client.json("/graphql", &json!({ "query": query })).await;
        reply.assert_status(200).json()
    }

    async fn stored(&self) -> Option<Shop> {
        stored(&self.sessions, &self.client).await
    }

    fn writes(&self) -> usize {
        self.store.count(Operation::Insert) + self.store.count(Operation::Update)
    }
}

#[tokio::test]
async fn a_query_reads_the_session_and_writes_nothing() {
    let shop = TestShop::of_ann(&["tea"]).await;
    let answer = shop.ask("{ user cart address }").await;
    assert_eq!(
        answer,
        json!({"data": {"user": "ann", "cart": ["tea"], "address": "ann's address"}})
    );
    assert_eq!((shop.store.count(Operation::Load), shop.writes()), (1, 0));
}

#[tokio::test]
async fn two_mutations_of_a_request_see_each_other_and_are_saved_once() {
    let shop = TestShop::of_ann(&[]).await;
    let answer = shop.ask(r#"mutation { a: add(sku: "tea") b: add(sku: "jam") }"#).await;
    assert_eq!(answer, json!({"data": {"a": 1, "b": 2}}));
    assert_eq!(shop.stored().await.unwrap().cart, ["tea", "jam"]);
    assert_eq!(shop.writes(), 1);
}

#[tokio::test]
async fn a_log_in_and_a_change_after_it_are_one_request() {
    let shop = TestShop::new();
    shop.ask(r#"mutation { add(sku: "tea") }"#).await;
    let before = shop.client.cookie("__Host-session");
    let query = r#"mutation { logIn(user: "ann", password: "open sesame") add(sku: "jam") }"#;
    assert_eq!(shop.ask(query).await, json!({"data": {"logIn": "ann", "add": 2}}));
    assert_ne!(shop.client.cookie("__Host-session"), before);
    let stored = shop.stored().await.unwrap();
    assert_eq!(
        (stored.user.as_deref(), &*stored.cart),
        (Some("ann"), &["tea".into(), "jam".into()][..])
    );
    assert_eq!(shop.ask("mutation { logOut }").await, json!({"data": {"logOut": true}}));
    assert_eq!(shop.client.cookie("__Host-session"), None);
}

/// A GraphQL response is 200 whatever its fields answer.
#[tokio::test]
async fn what_one_mutation_changed_is_saved_though_another_fails() {
    let shop = TestShop::of_ann(&[]).await;
    let answer =
        shop.ask(r#"mutation { add(sku: "tea") logIn(user: "bob", password: "guess") }"#).await;
    assert_eq!(answer["errors"][0]["message"], "wrong password");
    let stored = shop.stored().await.unwrap();
    assert_eq!((stored.user.as_deref(), stored.cart.len()), (Some("ann"), 1));
}

#[tokio::test]
async fn fields_of_a_query_that_run_side_by_side_may_all_use_the_session() {
    let shop = TestShop::of_ann(&[]).await;
    let fields: Vec<_> =
        (0..20).map(|n| format!(r#"f{n}: lookAt(sku: "{n}") c{n}: cart"#)).collect();
    let answer = shop.ask(&format!("{{ {} }}", fields.join(" "))).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let mut cart: Vec<u32> =
        shop.stored().await.unwrap().cart.iter().map(|sku| sku.parse().unwrap()).collect();
    cart.sort_unstable();
    assert_eq!(cart, (0..20).collect::<Vec<_>>());
    assert_eq!(
        (shop.store.count(Operation::Load), shop.writes()),
        (1 + 1, 1),
        "one load is the test's"
    );
}

#[tokio::test]
async fn the_operations_of_a_batch_share_the_session() {
    let shop = TestShop::of_ann(&[]).await;
    let add = |sku: &str| json!({ "query": format!(r#"mutation {{ add(sku: "{sku}") }}"#) });
    let batch = [add("tea"), add("jam"), add("bread")];
    let answers: Vec<Value> = shop.client.json("/batch", &batch).await.assert_status(200).json();
    assert_eq!(answers.len(), 3);
    let mut cart = shop.stored().await.unwrap().cart;
    cart.sort_unstable();
    assert_eq!(cart, ["bread", "jam", "tea"]);
    assert_eq!(shop.writes(), 1);
}

#[tokio::test]
async fn a_field_without_a_session_is_for_everybody_and_another_refuses_by_itself() {
    let shop = TestShop::new();
    let answer = shop.ask("{ greeting user }").await;
    assert_eq!(answer, json!({"data": {"greeting": "welcome", "user": null}}));
    let answer = shop.ask("{ greeting address }").await;
    assert_eq!(answer["errors"][0]["message"], "nobody is logged in");
    assert_eq!(shop.store.take_calls(), [], "nothing is stored of whoever only looks");
}

#[tokio::test]
async fn a_store_that_fails_is_an_answer_of_the_request_and_a_save_that_fails_replaces_it() {
    let shop = TestShop::of_ann(&[]).await;
    shop.store.inject(Operation::Update, Fault::Fails);
    let add = json!({ "query": r#"mutation { add(sku: "tea") }"# });
    shop.client.json("/graphql", &add).await.assert_status(503);
    shop.store.inject(Operation::Load, Fault::Fails);
    shop.client.json("/graphql", &json!({ "query": "{ greeting }" })).await.assert_status(503);
}

#[tokio::test]
async fn a_mutation_of_another_site_is_refused() {
    let shop = TestShop::of_ann(&[]).await;
    let evil = shop.client.cross_site("https://evil.example");
    let add = json!({ "query": r#"mutation { add(sku: "tea") }"# });
    evil.json("/graphql", &add).await.assert_status(403);
    assert_eq!(shop.writes(), 0);
}
