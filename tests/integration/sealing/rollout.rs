//! Sealing is turned on, and its keys rotate, on a running fleet.

use session_axum::{Sealing, Store};
use session_tests::{Client, TestStore, on_each_store};

use super::app::{key, node, ring};

on_each_store!(turning_sealing_on_loses_no_session, rotating_keys_loses_no_session);

async fn turning_sealing_on_loses_no_session<S: TestStore>(store: S) {
    let visitor = roll_out(store, turning_on(&key())).await;
    assert_eq!(
        visitor.session().expect("it is logged in").len(),
        96,
        "the cookie has become a signed one"
    );
}

async fn rotating_keys_loses_no_session<S: TestStore>(store: S) {
    roll_out(store, rotating(&key(), &key())).await;
}

/// Walks a fleet of two nodes through these stages, one node after the other, while somebody
/// logged in keeps visiting both. Nobody is logged out, and no visit is lost.
async fn roll_out(store: impl Store + Clone, stages: Vec<Option<Sealing>>) -> Client {
    let mut fleet =
        [node(store.clone(), stages[0].clone()), node(store.clone(), stages[0].clone())];
    let (mut visitor, mut idler) = (Client::new(&fleet[0].router), Client::new(&fleet[0].router));
    visitor.switch_to(&fleet[0].router).post("/login/ann").await.ok();
    idler.switch_to(&fleet[0].router).post("/login/ann").await.ok();
    let mut count = 0;
    for stage in stages {
        for index in 0..fleet.len() {
            fleet[index] = node(store.clone(), stage.clone());
            for node in [&fleet[0], &fleet[1], &fleet[0]] {
                count += 1;
                assert_eq!(
                    visitor.switch_to(&node.router).post("/visit").await.ok(),
                    count.to_string()
                );
                let listed = node.sessions.list(&"ann".to_owned()).await.expect("the store works");
                assert_eq!(listed.len(), 2, "both are found under whichever name");
            }
        }
        assert_eq!(idler.switch_to(&fleet[0].router).get("/visits").await.ok(), "0");
    }
    let last = &fleet[0];
    assert_eq!(
        last.sessions.list(&"ann".to_owned()).await.expect("the store works").len(),
        2,
        "a reader lives too"
    );
    visitor
}

fn turning_on(keys: &str) -> Vec<Option<Sealing>> {
    let ring = ring(keys);
    vec![
        None,
        Some(Sealing::Prepared(ring.clone())),
        Some(Sealing::Adopted(ring.clone())),
        Some(Sealing::Required(ring)),
    ]
}

fn rotating(old: &str, new: &str) -> Vec<Option<Sealing>> {
    [old.to_owned(), format!("{old} next:{new}"), format!("{new} {old}"), new.to_owned()]
        .into_iter()
        .map(|keys| Some(Sealing::Required(ring(&keys))))
        .collect()
}
