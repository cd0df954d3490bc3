//! Parts: the fields of another session type, of another crate say, taken in with `flatten`.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use session_axum::{Sessions, require_session, session};
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};

use self::accounts::Login;

on_each_store!(
    the_principal_of_a_part_logs_in_to_the_whole,
    the_fields_of_a_part_pass_to_another_principal_by_their_own_options,
    concurrent_changes_to_a_part_are_merged_by_its_own_strategies,
    a_part_that_is_as_before_is_not_written,
);

/// As a crate of its own would have it.
mod accounts {
    use session_axum::session;

    #[session]
    #[derive(Debug)]
    pub(super) struct Login {
        #[session(principal)]
        pub(super) user: Option<String>,
        pub(super) second_factor: bool,
        #[session(flatten)]
        pub(super) device: Device,
    }

    #[session]
    #[derive(Debug)]
    pub(super) struct Device {
        #[session(carry)]
        pub(super) theme: String,
        #[session(merge = sum)]
        pub(super) clicks: u64,
    }
}

#[session]
#[derive(Debug)]
struct Shop {
    #[session(flatten)]
    login: Login,
    cart: Vec<String>,
}

#[require_session]
async fn log_in(shop: &mut Shop, Path(user): Path<String>) {
    shop.login.user = Some(user);
}

#[require_session(authenticated)]
async fn confirm(shop: &mut Shop) {
    shop.login.second_factor = true;
    "dark".clone_into(&mut shop.login.device.theme);
    shop.cart.push("tea".to_owned());
}

#[require_session]
async fn same(shop: &mut Shop) {
    shop.login.second_factor = !shop.login.second_factor;
    shop.login.second_factor = !shop.login.second_factor;
}

#[require_session]
async fn click(shop: &mut Shop) {
    shop.login.device.clicks += 1;
}

#[require_session]
async fn show(shop: &Shop) -> String {
    let Shop { login: Login { user, second_factor, device }, cart } = shop;
    let user = user.as_deref().unwrap_or("-");
    format!("{user} {second_factor} {} {} {}", device.theme, device.clicks, cart.len())
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

fn app<S: TestStore>(store: ProbedStore<S>) -> (Router, Sessions<Shop>) {
    let builder = Sessions::builder(store).deadline(Duration::from_secs(20)).without_cleaner();
    let sessions = builder.build().expect("it is sound");
    let router = Router::new()
        .route("/log-in/{user}", post(log_in))
        .route("/confirm", post(confirm))
        .route("/same", post(same))
        .route("/click", post(click))
        .route("/", get(show))
        .with_state(AppState { sessions: sessions.clone() });
    (router, sessions)
}

async fn the_principal_of_a_part_logs_in_to_the_whole<S: TestStore>(store: S) {
    let (router, sessions) = app(ProbedStore::new(store));
    let mut client = Client::new(&router);
    assert_eq!(client.post("/confirm").await.status, 401);
    client.post("/log-in/ann").await.ok();
    client.post("/confirm").await.ok();
    assert_eq!(client.get("/").await.ok(), "ann true dark 0 1");
    assert_eq!(sessions.list(&"ann".to_owned()).await.expect("the store answers").len(), 1);
    sessions.revoke_all(&"ann".to_owned()).await.expect("the store answers");
    assert_eq!(client.get("/").await.ok(), "- false  0 0");
}

async fn the_fields_of_a_part_pass_to_another_principal_by_their_own_options<S: TestStore>(
    store: S,
) {
    let (router, _) = app(ProbedStore::new(store));
    let mut client = Client::new(&router);
    client.post("/log-in/ann").await.ok();
    client.post("/confirm").await.ok();
    client.post("/log-in/bob").await.ok();
    assert_eq!(client.get("/").await.ok(), "bob false dark 0 0");
}

async fn concurrent_changes_to_a_part_are_merged_by_its_own_strategies<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let ((one, _), (other, _)) = (app(store.clone()), app(store.clone()));
    let mut client = Client::new(&one);
    client.post("/click").await.ok();
    let gate = store.pause(Call::Update);
    let mut late = client.at(&one);
    let slow = async {
        late.post("/click").await.ok();
    };
    let fast = async {
        gate.reached().await;
        store.heal();
        client.at(&other).post("/click").await.ok();
        gate.open();
    };
    tokio::join!(slow, fast);
    assert_eq!(client.get("/").await.ok(), "- false  3 0");
}

async fn a_part_that_is_as_before_is_not_written<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let (router, _) = app(store.clone());
    let mut client = Client::new(&router);
    client.post("/click").await.ok();
    store.take_calls();
    let reply = client.post("/same").await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(store.take_calls(), [Call::Load]);
}
