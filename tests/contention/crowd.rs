//! Fifty requests that all load the session before the first of them saves it.

use crate::node::Nodes;

const CROWD: usize = 50;

async fn all_fifty_count(nodes: Nodes) {
    let visitor = nodes.visitor().await;
    for round in 1..=4 {
        nodes
            .all_at_once(&visitor, ["/visit/together"; CROWD])
            .await;
        let expected = format!("{} visits, [], , ", round * CROWD);
        assert_eq!(nodes.look(&visitor).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_visits_at_once_count_fifty_in_memory() {
    all_fifty_count(Nodes::in_memory(1, CROWD)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_visits_at_once_count_fifty_on_postgres() {
    all_fifty_count(Nodes::on_postgres(1, CROWD).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_visits_at_once_on_three_nodes_count_fifty_in_memory() {
    all_fifty_count(Nodes::in_memory(3, CROWD)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_visits_at_once_on_three_nodes_count_fifty_on_postgres() {
    all_fifty_count(Nodes::on_postgres(3, CROWD).await).await;
}
