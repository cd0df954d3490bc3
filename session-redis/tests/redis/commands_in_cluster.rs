//! What each operation costs in a cluster, as its nodes counted it.

use std::num::NonZeroU32;

use session_core::store::{Inserted, LogIn, Updated};
use session_core::{Now, Store as _};
use session_redis::RedisStore;
use session_test_support::RedisCluster;

use crate::sample::{
    HOUR, Raw, builder, first, first_without_fields, handle, insert, insert_of, listed, loaded,
    saved, stored, update_of, updated, with,
};

fn at_most(limit: u32) -> LogIn {
    LogIn::new(None, NonZeroU32::new(limit))
}

/// How many scripts the nodes were sent.
async fn scripts(masters: &mut [Raw]) -> u64 {
    let mut sent = 0;
    for raw in masters {
        let told: String = raw.ask("INFO commandstats").await;
        for line in told.lines().filter(|line| line.starts_with("cmdstat_eval")) {
            let calls = line.split_once("calls=").and_then(|(_, rest)| rest.split(',').next());
            sent += calls.expect("the server counts").parse::<u64>().unwrap();
        }
    }
    sent
}

/// Carries out the operation, and checks how many scripts were sent for it.
async fn takes(
    expected: u64,
    name: &str,
    masters: &mut [Raw],
    operation: impl Future<Output = ()>,
) {
    let before = scripts(masters).await;
    operation.await;
    let sent = scripts(masters).await - before;
    println!("{name}: {sent}");
    assert_eq!(sent, expected, "{name}");
}

async fn log_in(store: &RedisStore, principal: &str, log_in: LogIn) {
    let insert = with(insert_of(principal), |insert| insert.log_in = log_in);
    let inserted = store.insert(insert, Now::Store).await.unwrap();
    assert!(matches!(inserted, Inserted::Saved(_)));
}

/// Has each node know each script.
async fn warm(store: &RedisStore) {
    for number in 0..30 {
        let name = format!("warm{number}");
        for _ in 0..2 {
            log_in(store, &name, at_most(1)).await;
        }
        let record = stored(store, insert()).await;
        let record = saved(store, update_of(&record)).await;
        assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
        assert_eq!(listed(store, &name).await.len(), 1);
        store.delete_all(&name, None, Now::Store).await.unwrap();
        store.list(&name, first(10), Now::Store).await.unwrap();
        assert!(store.alive(&[record.handle], Now::Store).await.unwrap()[0].is_some());
        assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
    }
}

#[tokio::test]
async fn only_operations_on_an_index_take_more_than_one_command() {
    let cluster = RedisCluster::start().await;
    let store = builder().cluster(cluster.urls()).await.unwrap();
    let mut masters = Vec::new();
    for url in cluster.urls() {
        let mut raw = Raw::connect(&url).await;
        let role: Vec<redis::Value> = raw.ask("ROLE").await;
        if role[0] == redis::Value::BulkString(b"master".to_vec()) {
            masters.push(raw);
        }
    }
    let masters = &mut masters[..];
    warm(&store).await;

    let nobody = stored(&store, insert()).await;
    let ann = stored(&store, insert_of("ann")).await;
    takes(1, "load", masters, async {
        assert!(loaded(&store, ann.handle).await.is_some());
    })
    .await;
    takes(1, "insert", masters, async {
        assert!(matches!(store.insert(insert(), Now::Store).await, Ok(Inserted::Saved(_))));
    })
    .await;
    takes(1, "update", masters, async {
        assert!(matches!(updated(&store, update_of(&ann)).await, Updated::Saved(_)));
    })
    .await;
    takes(3, "log-in by an insert", masters, log_in(&store, "ann", LogIn::default())).await;
    let update = with(update_of(&nobody), |update| {
        update.principal = Some("ann".into());
        update.authenticated = Some(HOUR);
        update.log_in = at_most(3);
    });
    takes(3, "log-in by an update, to the limit", masters, async {
        assert!(matches!(updated(&store, update.clone()).await, Updated::Saved(_)));
    })
    .await;
    takes(3, "the same one again", masters, async {
        let update = with(update, |update| update.revision = 2);
        assert!(matches!(updated(&store, update).await, Updated::Saved(_)));
    })
    .await;
    let surplus = "log-in over the limit of 3: each of 4 is read, one and its entry are removed";
    takes(3 + 4 + 2, surplus, masters, log_in(&store, "ann", at_most(3))).await;
    takes(1 + 3, "list of three", masters, async {
        assert_eq!(listed(&store, "ann").await.len(), 3);
    })
    .await;
    takes(1 + 3, "list of three with their fields", masters, async {
        let page = store.list("ann", first(3), Now::Store).await.unwrap();
        assert_eq!(page.records.len(), 3);
    })
    .await;
    takes(1 + 3 + 2, "list, a page of two of three with their fields", masters, async {
        let page = store.list("ann", first(2), Now::Store).await.unwrap();
        assert!(page.records.iter().all(|record| !record.fields.is_empty()));
        assert_eq!((page.records.len(), page.next.is_some()), (2, true));
    })
    .await;
    takes(1 + 3, "list, a page of two of three without them", masters, async {
        let page = store.list("ann", first_without_fields(2), Now::Store).await.unwrap();
        assert_eq!((page.records.len(), page.next.is_some()), (2, true));
    })
    .await;
    takes(3, "alive, of three", masters, async {
        let handles = [nobody.handle, handle(), ann.handle];
        let alive = store.alive(&handles, Now::Store).await.unwrap();
        assert!(alive.iter().map(Option::is_some).eq([true, false, false]));
    })
    .await;
    takes(1, "delete that is remembered, of a session that was never stored", masters, async {
        assert!(!store.delete(handle(), Some(HOUR), Now::Store).await.unwrap());
    })
    .await;
    takes(2, "delete (log-out)", masters, async {
        assert!(store.delete(nobody.handle, None, Now::Store).await.unwrap());
    })
    .await;
    takes(1 + 2 + 1, "delete_all of two", masters, async {
        assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 2);
    })
    .await;
    takes(1, "log-in that began before that", masters, async {
        let answer = store.insert(insert_of("ann"), Now::Store).await.unwrap();
        assert!(matches!(answer, Inserted::Revoked(_)));
    })
    .await;
}
