//! A release takes the place of one with another library, while people work: nobody sees a log-in page.

use session_tests::{TestStore, on_each_store};
use tokio::task::JoinSet;

use super::elsewhere::{DAY, Elsewhere, OldSession, browser, later, nodes};

/// How many people there are.
const PEOPLE: usize = 1_000;

/// Each loads a page and two things that it needs, all at once and from any node, and goes on with whatever answer
/// came last.
async fn a_thousand_people_are_logged_in_all_along<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(3, &store, &elsewhere);
    let ends = later(&nodes[0].clock, DAY);
    let mut people = JoinSet::new();
    let turns = std::sync::Arc::new(tokio::sync::Semaphore::new(32));
    for person in 0..PEOPLE {
        let id = elsewhere.begin(OldSession::of(&format!("user-{person}"), ends));
        let mut browsers: Vec<_> = nodes.iter().map(|node| browser(node, &id)).collect();
        browsers.rotate_left(person % 3);
        let turns = turns.clone();
        people.spawn(async move {
            let _turn = turns.acquire_owned().await.expect("nobody closes it");
            let Ok([mut one, mut two, mut three]) = <[_; 3]>::try_from(browsers) else {
                panic!("there are three nodes")
            };
            let page =
                tokio::join!(one.post("/visit"), two.post("/visit"), three.get("/account-page"));
            for reply in [page.0, page.1, page.2] {
                reply.ok();
            }
            three.post("/visit").await.ok();
            assert_eq!(three.get("/account-page").await.ok(), format!("user-{person}: 3"));
        });
    }
    people.join_all().await;
    let live = nodes[0].sessions.list(&"user-7".to_owned()).await.expect("the store works");
    assert_eq!(live.len(), 1);
}

on_each_store!(a_thousand_people_are_logged_in_all_along);
