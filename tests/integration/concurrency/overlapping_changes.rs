//! Two requests that overlap, on the same field and on different ones.

use session_tests::{TestStore, on_each_store};

use super::nodes::Nodes;

async fn both_fields_are_kept(nodes: Nodes) {
    let visitor = nodes.visitor().await;
    for (name, colour) in [("ann", "red"), ("bob", "blue"), ("cyd", "green")] {
        let paths = [format!("/name/{name}"), format!("/colour/{colour}")];
        nodes.all_at_once(&visitor, paths.iter().map(String::as_str)).await;
        let expected = format!("0 visits, [], {name}, {colour}");
        assert_eq!(nodes.look(&visitor).await, expected);
    }
}

async fn both_ends_are_kept(nodes: Nodes) {
    let visitor = nodes.visitor().await;
    for round in 1..=3 {
        nodes.all_at_once(&visitor, ["/cart/apple", "/cart/pear"]).await;
        let look = nodes.look(&visitor).await;
        for sku in ["apple", "pear"] {
            assert_eq!(look.matches(sku).count(), round, "{sku}: {look}");
        }
    }
}

async fn overlapping_requests_on_different_fields_keep_both<S: TestStore>(store: S) {
    both_fields_are_kept(Nodes::new(1, &store, 2)).await;
}

async fn overlapping_requests_on_different_fields_on_two_nodes_keep_both<S: TestStore>(store: S) {
    both_fields_are_kept(Nodes::new(2, &store, 2)).await;
}

async fn overlapping_appends_keep_both<S: TestStore>(store: S) {
    both_ends_are_kept(Nodes::new(1, &store, 2)).await;
}

async fn overlapping_appends_on_two_nodes_keep_both<S: TestStore>(store: S) {
    both_ends_are_kept(Nodes::new(2, &store, 2)).await;
}

on_each_store!(
    overlapping_requests_on_different_fields_keep_both,
    overlapping_requests_on_different_fields_on_two_nodes_keep_both,
    overlapping_appends_keep_both,
    overlapping_appends_on_two_nodes_keep_both,
);
