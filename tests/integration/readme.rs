//! The README's first sentences, one test for each, with the defaults.

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use session_axum::{Session, Sessions, require_session, session};
use session_core::Now;
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    visits: u64,
    address: String,
    notice: String,
}

#[require_session]
async fn show(shop: &Shop) -> String {
    let Shop { user, visits, address, notice } = shop;
    format!("{} {visits} {address} {notice}", user.as_deref().unwrap_or("-"))
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn address(shop: &mut Shop, Path(address): Path<String>) {
    shop.address = address;
}

#[require_session]
async fn notice(shop: &mut Shop, Path(notice): Path<String>) {
    shop.notice = notice;
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user);
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

/// A node of the application.
fn node<S: TestStore>(store: &ProbedStore<S>) -> Router {
    let sessions = Sessions::builder(store.clone()).build().expect("the defaults are sound");
    Router::new()
        .route("/", get(show))
        .route("/visit", post(visit))
        .route("/address/{address}", post(address))
        .route("/notice/{notice}", post(notice))
        .route("/log-in/{user}", post(log_in))
        .route("/log-out", post(log_out))
        .with_state(AppState { sessions })
}

/// Ann, at one node.
async fn ann(node: &Router) -> Client {
    let mut client = Client::new(node);
    client.post("/log-in/ann").await.ok();
    client
}

on_each_store!(
    what_a_handler_changed_is_stored_and_only_then_does_the_response_leave,
    who_borrows_it_to_read_writes_nothing,
    two_at_once_both_succeed_and_both_changes_are_kept,
    of_two_changes_to_one_field_without_merge_the_later_stands,
    a_session_that_was_logged_out_stays_logged_out_whatever_was_under_way,
);

async fn what_a_handler_changed_is_stored_and_only_then_does_the_response_leave<S: TestStore>(
    store: S,
) {
    let store = ProbedStore::new(store);
    let mut client = ann(&node(&store)).await;
    let gate = store.pause(Call::Update);
    let mut other = client.clone();
    let mut request = std::pin::pin!(client.post("/address/elm-street"));
    tokio::select! {
        biased;
        _ = &mut request => panic!("the response has left before the change was stored"),
        () = gate.reached() => {}
    }
    store.heal();
    gate.open();
    request.await.ok();
    assert_eq!(other.switch_to(&node(&store)).get("/").await.ok(), "ann 0 elm-street ");
}

async fn who_borrows_it_to_read_writes_nothing<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let mut client = ann(&node(&store)).await;
    store.take_calls();
    client.get("/").await.ok();
    assert_eq!(store.take_calls(), [Call::Load]);
}

/// A request waits with what it is about to store, until another node has stored these.
async fn meet<S: TestStore>(store: S, first: &str, others: &[&str]) -> String {
    let store = ProbedStore::new(store);
    let mut client = ann(&node(&store)).await;
    let (mut slow, mut quick) = (client.clone(), client.at(&node(&store)));
    let gate = store.pause(Call::Update);
    let meanwhile = async {
        gate.reached().await;
        store.heal();
        for path in others {
            quick.post(path).await.ok();
        }
        gate.open();
    };
    let (reply, ()) = tokio::join!(slow.post(first), meanwhile);
    reply.ok();
    client.get("/").await.ok()
}

async fn two_at_once_both_succeed_and_both_changes_are_kept<S: TestStore>(store: S) {
    let left = meet(store.clone(), "/address/elm-street", &["/notice/hello"]).await;
    assert_eq!(left, "ann 0 elm-street hello", "different fields");
    let left = meet(store, "/visit", &["/visit", "/visit"]).await;
    assert_eq!(left, "ann 3  ", "one field that is merged");
}

async fn of_two_changes_to_one_field_without_merge_the_later_stands<S: TestStore>(store: S) {
    let left = meet(store, "/address/elm-street", &["/address/oak-street"]).await;
    assert_eq!(left, "ann 0 elm-street ");
}

async fn a_session_that_was_logged_out_stays_logged_out_whatever_was_under_way<S: TestStore>(
    store: S,
) {
    let store = ProbedStore::new(store);
    let mut client = ann(&node(&store)).await;
    let (mut slow, mut quick) = (client.clone(), client.at(&node(&store)));
    let gate = store.pause(Call::Update);
    let log_out = async {
        gate.reached().await;
        store.heal();
        quick.post("/log-out").await.ok();
        gate.open();
    };
    let (reply, ()) = tokio::join!(slow.post("/address/elm-street"), log_out);
    assert_eq!(reply.status, 401);
    assert!(reply.set_cookies().is_empty());
    assert_eq!(client.get("/").await.ok(), "- 0  ");
    assert_eq!(store.records(Now::Store).await.len(), 0);
}
