//! A log-out while a slow request is under way.

use axum::http::StatusCode;

use crate::node::Nodes;

/// The slow request is on the first node, the log-out on the last.
async fn the_log_out_holds(nodes: Nodes) {
    let visitor = nodes.visitor().await;
    let before = visitor.cookie().map(str::to_owned);
    let (mut slow, app) = (visitor.clone(), nodes.apps[0].clone());
    let slow = tokio::spawn(async move { (slow.post(&app, "/visit/slowly").await, slow) });
    nodes.meeting.wait().await;

    let last = nodes.apps.last().expect("there is a node");
    let mut leaving = visitor.clone();
    leaving.post(last, "/logout").await.ok();
    assert_eq!(leaving.cookie(), None);

    nodes.meeting.wait().await;
    let (answer, slow) = slow.await.expect("it does not panic");
    assert!(answer.is_bare(StatusCode::UNAUTHORIZED), "{answer:?}");
    assert_eq!(slow.cookie().map(str::to_owned), before);
    assert_eq!(nodes.look(&slow).await, "0 visits, [], , ");
    let late = slow.clone().post(last, "/visit").await;
    assert_ne!(
        late.set_cookie, None,
        "the session is over, so this begins another"
    );
}

#[tokio::test]
async fn a_session_logged_out_during_a_slow_request_stays_destroyed_in_memory() {
    the_log_out_holds(Nodes::in_memory(1, 2)).await;
}

#[tokio::test]
async fn a_session_logged_out_during_a_slow_request_stays_destroyed_on_postgres() {
    the_log_out_holds(Nodes::on_postgres(1, 2).await).await;
}

#[tokio::test]
async fn a_session_logged_out_on_another_node_stays_destroyed_in_memory() {
    the_log_out_holds(Nodes::in_memory(2, 2)).await;
}

#[tokio::test]
async fn a_session_logged_out_on_another_node_stays_destroyed_on_postgres() {
    the_log_out_holds(Nodes::on_postgres(2, 2).await).await;
}
