//! Fifty requests that all load the session before the first of them saves it.

use session_tests::{TestStore, on_each_store};

use super::nodes::Nodes;

const REQUESTS: usize = 50;

async fn all_fifty_count(nodes: Nodes) {
    let visitor = nodes.visitor().await;
    for round in 1..=4 {
        nodes.all_at_once(&visitor, ["/visit/together"; REQUESTS]).await;
        let expected = format!("{} visits, [], , ", round * REQUESTS);
        assert_eq!(nodes.look(&visitor).await, expected);
    }
}

async fn fifty_visits_at_once_count_fifty<S: TestStore>(store: S) {
    all_fifty_count(Nodes::new(1, &store, REQUESTS)).await;
}

async fn fifty_visits_at_once_on_three_nodes_count_fifty<S: TestStore>(store: S) {
    all_fifty_count(Nodes::new(3, &store, REQUESTS)).await;
}

on_each_store!(fifty_visits_at_once_count_fifty, fifty_visits_at_once_on_three_nodes_count_fifty,);
