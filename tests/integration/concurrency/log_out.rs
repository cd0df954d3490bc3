//! A log-out while a slow request is under way.

use session_tests::{TestStore, on_each_store};

use super::nodes::Nodes;

/// The slow request is on the first node, the log-out on the last.
async fn the_log_out_holds(nodes: Nodes) {
    let visitor = nodes.visitor().await;
    let mut slow = visitor.clone();
    let slow = tokio::spawn(async move { (slow.post("/visit/slowly").await, slow) });
    nodes.meeting.wait().await;

    let last = nodes.routers.last().expect("there is a node");
    let mut leaving = visitor.at(last);
    leaving.post("/logout").await.ok();
    assert_eq!(leaving.session(), None);

    nodes.meeting.wait().await;
    let (answer, slow) = slow.await.expect("it does not panic");
    assert_eq!(answer.summary(), "401, no Set-Cookie, Vary: Cookie");
    assert_eq!(slow.session(), visitor.session());
    assert_eq!(nodes.look(&slow).await, "0 visits, [], , ");
    let late = slow.at(last).post("/visit").await;
    assert_ne!(late.set_cookie(), None, "the session is over, so this begins another");
}

async fn a_session_logged_out_during_a_slow_request_stays_destroyed<S: TestStore>(store: S) {
    the_log_out_holds(Nodes::new(1, &store, 2)).await;
}

async fn a_session_logged_out_on_another_node_stays_destroyed<S: TestStore>(store: S) {
    the_log_out_holds(Nodes::new(2, &store, 2)).await;
}

on_each_store!(
    a_session_logged_out_during_a_slow_request_stays_destroyed,
    a_session_logged_out_on_another_node_stays_destroyed,
);
