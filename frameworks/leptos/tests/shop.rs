//! The shop's pages and server functions over HTTP.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, REFERER, VARY};
use session_axum::testing::{Client, Fault, FaultyStore, Operation, stored};
use session_axum::{MemoryStore, Sessions};
use session_test_support::Gate;
use shop_leptos::{Database, Shop, router, routes};

/// One test at a time: a page of Leptos 0.8 may wait for ever if another router is made meanwhile.
static ALONE: Mutex<()> = Mutex::new(());

const COOKIE: &str = "__Host-session";

struct TestShop {
    store: FaultyStore<MemoryStore>,
    sessions: Sessions<Shop>,
    client: Client,
    /// Where the database waits.
    gate: Gate,
    _alone: MutexGuard<'static, ()>,
}

impl TestShop {
    fn new() -> Self {
        Self::with(router)
    }

    /// With the layer instead of the gate: the session is loaded when somebody asks.
    fn lazy() -> Self {
        Self::with(|sessions, database| routes(database).layer(sessions.layer()))
    }

    fn with(router: impl FnOnce(&Sessions<Shop>, Database) -> Router) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let store = FaultyStore::new(MemoryStore::new());
        let sessions = Sessions::builder(store.clone()).without_cleaner().build().unwrap();
        let gate = Gate::closed();
        let queries = gate.clone();
        let database = Database::new(move || {
            let queries = queries.clone();
            async move {
                queries.pass().await;
                3
            }
        });
        let client = Client::new(router(&sessions, database));
        Self { store, sessions, client, gate, _alone: alone }
    }

    /// With a session of ann's that has one visit.
    async fn of_ann(self) -> Self {
        let state = Shop { user: Some("ann".to_owned()), visits: 1, ..Shop::default() };
        self.client.sign_in(&self.sessions, state).await;
        self.store.take_calls();
        self
    }

    async fn stored(&self) -> Option<Shop> {
        stored(&self.sessions, &self.client).await
    }

    fn writes(&self) -> usize {
        self.store.count(Operation::Insert) + self.store.count(Operation::Update)
    }
}

const ANN: [(&str, &str); 2] = [("user", "ann"), ("password", "open sesame")];

#[tokio::test]
async fn a_log_in_sets_the_cookie_with_the_response_of_the_server_function() {
    let shop = TestShop::new();
    shop.client.post("/api/visit").await.assert_status(200);
    let before = shop.client.cookie(COOKIE);
    let reply = shop.client.form("/api/log_in", &ANN).await.assert_redirect("/");
    assert_eq!(reply.set_cookies().len(), 1);
    assert_eq!(reply.header(CACHE_CONTROL), Some("no-store"));
    assert_ne!(shop.client.cookie(COOKIE), before);
    let stored = shop.stored().await.unwrap();
    assert_eq!((stored.user.as_deref(), stored.visits), (Some("ann"), 1));
    let page = shop.client.navigating().get("/").await.assert_status(200);
    assert!(page.text().contains("user=ann"), "{}", page.text());
}

/// A script's call, as a client of Leptos makes it: the redirect is a header that it reads.
#[tokio::test]
async fn a_log_in_by_a_script_is_saved_and_told_where_to_go() {
    let shop = TestShop::new();
    let client = shop.client.clone().header("Accept", "application/json");
    let mut request = axum::http::Request::post("/api/log_in");
    let headers = request.headers_mut().unwrap();
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    let request = request.body("user=ann&password=open+sesame".into()).unwrap();
    let reply = client.send(request).await.assert_status(200);
    assert_eq!((reply.location(), reply.header("serverfnredirect")), (Some("/"), Some("")));
    assert_eq!(shop.stored().await.unwrap().user.as_deref(), Some("ann"));
}

#[tokio::test]
async fn a_log_out_ends_the_session_and_removes_the_cookie() {
    let shop = TestShop::new().of_ann().await;
    let thief = shop.client.copy();
    shop.client.form("/api/log_out", &[("", ""); 0]).await.assert_redirect("/");
    assert_eq!(shop.client.cookie(COOKIE), None);
    let page = thief.navigating().get("/").await;
    assert!(page.text().contains("user=nobody"), "{}", page.text());
}

#[tokio::test]
async fn a_counter_counts_with_one_load_and_one_write_a_request() {
    let shop = TestShop::new().of_ann().await;
    assert_eq!(shop.client.post("/api/visit").await.text(), "2");
    assert_eq!(shop.store.take_calls(), [Operation::Load, Operation::Update]);
    assert_eq!(shop.client.post("/api/visit").await.text(), "3");
}

/// A page that is rendered whole before its head is sent may change the session.
#[tokio::test]
async fn a_page_in_async_mode_changes_the_session() {
    let shop = TestShop::lazy().of_ann().await;
    let page = shop.client.navigating().get("/counted").await.assert_status(200);
    assert!(page.text().contains("visits=2"), "{}", page.text());
    assert_eq!(shop.stored().await.unwrap().visits, 2);
}

#[tokio::test]
async fn a_page_that_reads_in_a_blocking_resource_is_marked_for_caches() {
    let shop = TestShop::lazy().of_ann().await;
    let page = shop.client.navigating().get("/").await;
    assert_eq!((page.header(VARY), page.header(CACHE_CONTROL)), (Some("Cookie"), Some("no-store")));
}

/// The gate around the page has loaded the session before its head was sent.
#[tokio::test]
async fn a_streamed_page_behind_a_gate_reads_the_session_after_its_head_has_left() {
    let shop = TestShop::new().of_ann().await;
    let mut page = shop.client.navigating().open("/orders").await;
    assert_eq!(page.headers.get(VARY).unwrap(), "Cookie");
    assert_eq!(page.headers.get(CACHE_CONTROL).unwrap(), "no-store");
    let first = page.text().await.unwrap();
    assert!(first.contains("one moment"), "{first}");
    shop.gate.reached().await;
    shop.gate.open();
    let rest = page.rest().await;
    assert!(rest.text().contains("ann: 3 orders"), "{}", rest.text());
    assert_eq!((shop.store.count(Operation::Load), shop.writes()), (1, 0));
}

/// Nobody has asked before the head left, so it does not say that the page depends on the session: what
/// comes later must not.
#[tokio::test]
async fn a_streamed_page_that_asks_too_late_is_refused_with_the_cure() {
    let shop = TestShop::lazy().of_ann().await;
    let page = shop.client.navigating().open("/orders").await;
    assert_eq!(page.headers.get(VARY), None);
    shop.gate.reached().await;
    shop.gate.open();
    let rest = page.rest().await;
    assert!(rest.text().contains("`.route_layer(sessions.gate())`"), "{}", rest.text());
    assert!(!rest.text().contains("ann"), "{}", rest.text());
    assert_eq!(shop.store.take_calls(), []);
}

#[tokio::test]
async fn a_change_in_the_streamed_part_is_an_error_and_not_lost_in_silence() {
    let shop = TestShop::new().of_ann().await;
    let page = shop.client.navigating().open("/late").await;
    shop.gate.reached().await;
    shop.gate.open();
    let rest = page.rest().await;
    assert!(rest.text().contains("is saved already"), "{}", rest.text());
    assert!(!rest.text().contains("visits="), "{}", rest.text());
    assert_eq!(shop.stored().await.unwrap().visits, 1);
}

/// A server function that fails answers a script 500, which discards, and a form without a script a redirect,
/// which saves.
#[tokio::test]
async fn a_server_function_that_fails_saves_for_a_form_and_discards_for_a_script() {
    let shop = TestShop::new().of_ann().await;
    let guess = [("user", "ann"), ("password", "guess")];
    let page = shop.client.clone().header(REFERER.as_str(), "https://shop.example/login");
    let reply = page.form("/api/log_in", &guess).await.assert_status(302);
    assert!(reply.location().unwrap().starts_with("https://shop.example/login?"), "{reply:?}");
    assert_eq!(shop.stored().await.unwrap().failed_log_ins, 1);
    guess_by_script(&shop.client).await;
    assert_eq!(shop.stored().await.unwrap().failed_log_ins, 1);
}

#[tokio::test]
async fn a_server_function_that_another_site_calls_changes_nothing() {
    let shop = TestShop::new().of_ann().await;
    let evil = shop.client.cross_site("https://evil.example");
    evil.form("/api/log_in", &ANN).await.assert_status(403);
}

#[tokio::test]
async fn without_a_gate_the_error_of_extract_is_the_answer_of_the_function() {
    let shop = TestShop::lazy().of_ann().await;
    let evil = shop.client.cross_site("https://evil.example");
    let reply = evil.form("/api/log_in", &ANN).await.assert_status(302);
    assert!(reply.text().contains("another site"), "{reply:?}");
    assert!(reply.set_cookies().is_empty(), "{reply:?}");
    assert_eq!(shop.writes(), 0);
}

#[tokio::test]
async fn a_store_that_fails_is_an_error_and_never_an_empty_session() {
    let shop = TestShop::new().of_ann().await;
    shop.store.inject(Operation::Load, Fault::Fails);
    shop.client.post("/api/visit").await.assert_status(503);
    shop.store.heal();
    shop.store.inject(Operation::Update, Fault::Fails);
    shop.client.post("/api/visit").await.assert_status(503);
    shop.store.heal();
    assert_eq!(shop.client.post("/api/visit").await.text(), "2");
}

/// A guess at a password that is to be counted whatever the answer is.
#[tokio::test]
async fn a_layer_that_commits_always_saves_what_a_failed_function_changed() {
    let shop = TestShop::with(|sessions, database| {
        routes(database).layer(sessions.layer().commit_always()).layer(sessions.gate())
    });
    let shop = shop.of_ann().await;
    guess_by_script(&shop.client).await;
    assert_eq!(shop.stored().await.unwrap().failed_log_ins, 1);
}

async fn guess_by_script(client: &Client) {
    let script = client.clone().header("Accept", "application/json");
    let request = axum::http::Request::post("/api/log_in")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("user=ann&password=guess".into())
        .unwrap();
    script.send(request).await.assert_status(500);
}
