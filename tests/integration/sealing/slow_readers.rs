//! A slow request that only reads, while keys rotate: it does the session's upkeep, and undoes nothing.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;
use session_axum::{Sealing, Sessions, require_session};
use session_test_support::Gate;
use session_tests::{Client, TestStore, on_each_store};

use super::app::{Node, Shop, key, node, ring};

on_each_store!(
    beside_a_log_in_it_does_not_bring_back_the_old_cookie,
    alone_it_signs_its_cookie_anew,
);

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
    gate: Gate,
}

#[require_session]
async fn slow(shop: &Shop, State(gate): State<Gate>) -> String {
    gate.pass().await;
    shop.visits.to_string()
}

fn slowly(node: &Node, gate: &Gate) -> Router {
    let state = AppState { sessions: node.sessions.clone(), gate: gate.clone() };
    Router::new().route("/visits", get(slow)).with_state(state)
}

/// A node with an old key, and one with a new key before it.
fn nodes<S: TestStore>(store: &S) -> [Node; 2] {
    let (old, new) = (key(), key());
    let rings = [ring(&format!("{old} next:{new}")), ring(&format!("{new} {old}"))];
    rings.map(|ring| node(store.clone(), Some(Sealing::Required(ring))))
}

/// A visitor whose record is sealed with the new key by now, and whose cookie is not.
async fn visitor([old, new]: &[Node; 2]) -> Client {
    let mut visitor = Client::new(&old.router);
    visitor.post("/visit").await.ok();
    let mut other_tab = visitor.at(&new.router);
    other_tab.post("/visit").await.ok();
    assert_ne!(other_tab.session(), visitor.session(), "it is signed anew");
    visitor
}

async fn beside_a_log_in_it_does_not_bring_back_the_old_cookie<S: TestStore>(store: S) {
    let nodes = nodes(&store);
    let mut visitor = visitor(&nodes).await;
    let gate = Gate::closed();
    let mut reader = visitor.at(&slowly(&nodes[1], &gate));
    let log_in = async {
        gate.reached().await;
        visitor.switch_to(&nodes[1].router).post("/login/ann").await.ok();
        gate.open();
    };
    let (reply, ()) = tokio::join!(reader.get("/visits"), log_in);
    assert_eq!(reply.set_cookies(), [""; 0], "the browser has a newer one");
    assert_eq!(reply.ok(), "2");
    let listed = nodes[1].sessions.list(&"ann".to_owned()).await.expect("the store works");
    assert_eq!(listed.len(), 1, "nobody took it for theft");
}

async fn alone_it_signs_its_cookie_anew<S: TestStore>(store: S) {
    let nodes = nodes(&store);
    let mut reader = visitor(&nodes).await;
    reader.switch_to(&nodes[1].router);
    let reply = reader.get("/visits").await;
    assert_eq!(reply.set_cookies().len(), 1);
    reply.ok();
    let reply = reader.get("/visits").await;
    assert_eq!(reply.set_cookies().len(), 0, "once");
    assert_eq!(reader.post("/visit").await.ok(), "3");
}
