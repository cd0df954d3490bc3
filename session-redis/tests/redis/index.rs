//! The index of a principal's sessions mends itself.

use std::time::Duration;

use session_core::{Now, Store as _};

use crate::sample::{
    HOUR, Raw, builder, cluster_store, connected, handle, insert, insert_of, listed, masters,
    prefix, saved, shared, shared_cluster, stored, update_of, with,
};

async fn members(raw: &mut Raw, prefix: &str, principal: &str) -> usize {
    raw.ask(&format!("ZCARD {prefix}principal:{principal}")).await
}

#[tokio::test]
async fn a_stale_entry_that_list_finds_is_removed() {
    let url = shared().await.url();
    let prefix = prefix();
    let mut raw = Raw::connect(&url).await;
    let store = connected(builder().prefix(&prefix), &url).await;
    let stays = stored(&store, insert_of("ann")).await;
    let goes = stored(&store, insert_of("ann")).await;
    raw.ask::<i64>(&format!("DEL {prefix}{}", goes.handle)).await;
    assert_eq!(members(&mut raw, &prefix, "ann").await, 2);
    assert_eq!(listed(&store, "ann").await, [stays.handle]);
    assert_eq!(members(&mut raw, &prefix, "ann").await, 1);
}

#[tokio::test]
async fn an_index_that_is_never_listed_does_not_grow_for_ever() {
    let url = shared().await.url();
    let prefix = prefix();
    let mut raw = Raw::connect(&url).await;
    let store = connected(builder().prefix(&prefix), &url).await;
    for _ in 0..20 {
        let brief = with(insert_of("robot"), |insert| {
            insert.idle = Duration::from_millis(50);
            insert.absolute = Duration::from_millis(50);
        });
        let _ = store.insert(brief, Now::Store).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let left = members(&mut raw, &prefix, "robot").await;
    assert!(left < 10, "{left} of 20 entries are left");
}

#[tokio::test]
async fn a_log_in_a_log_out_and_another_log_in_leave_one_entry() {
    let url = shared().await.url();
    let prefix = prefix();
    let mut raw = Raw::connect(&url).await;
    let store = connected(builder().prefix(&prefix), &url).await;
    let mut record = stored(&store, insert()).await;
    for principal in [Some("ann"), None, Some("ann"), Some("bob"), Some("ann")] {
        let principal = principal.map(Into::into);
        record = saved(
            &store,
            with(update_of(&record), |update| {
                update.principal = principal;
                update.authenticated = Some(HOUR);
            }),
        )
        .await;
    }
    assert_eq!(members(&mut raw, &prefix, "ann").await, 1);
    assert_eq!(members(&mut raw, &prefix, "bob").await, 0);
    assert_eq!(listed(&store, "ann").await, [record.handle]);
    assert_eq!(listed(&store, "bob").await, []);
    assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
    assert_eq!(raw.keys(&prefix).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_entry_that_a_node_lost_comes_back_with_the_next_touch() {
    let store = cluster_store().await;
    let record = stored(&store, insert_of("ann")).await;
    forget_principals().await;
    assert_eq!(listed(&store, "ann").await, []);
    assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
    assert_eq!(listed(&store, "ann").await, [record.handle]);
    assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 1);
}

/// Deletes the indexes of `ann` on every node of the shared cluster.
async fn forget_principals() {
    for mut raw in masters().await {
        for key in raw.keys("test").await {
            if key.ends_with("principal:ann") {
                raw.ask::<i64>(&format!("DEL {key}")).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_ins_at_once_are_all_listed() {
    for store in [crate::sample::store().await, cluster_store().await] {
        let log_ins = (0..40).map(|_| {
            let store = store.clone();
            async move {
                let record = stored(&store, insert()).await;
                let update = with(update_of(&record), |update| {
                    update.principal = Some("many".into());
                    update.authenticated = Some(HOUR);
                });
                let record = saved(&store, update).await;
                assert!(
                    listed(&store, "many").await.contains(&record.handle),
                    "listed once it is saved"
                );
                record.handle
            }
        });
        let mut handles = log_ins.collect::<tokio::task::JoinSet<_>>().join_all().await;
        let mut found = listed(&store, "many").await;
        handles.sort();
        found.sort();
        assert_eq!(found, handles);
        assert_eq!(store.delete_all("many", None, Now::Store).await.unwrap().live, 40);
        assert_eq!(listed(&store, "many").await, []);
    }
}

/// What a crash between the two steps of a log-in leaves.
#[tokio::test]
async fn an_entry_without_a_record_is_dropped_once_nobody_can_come_back_for_it() {
    let prefix = prefix();
    let cluster = shared_cluster().await;
    let store = builder().prefix(&prefix).cluster(cluster.urls()).await.unwrap();
    let record = stored(&store, insert_of("ann")).await;
    let micros = |age: u64| record.times.now.micros() - i64::try_from(age).unwrap() * 1_000_000;
    for age in [0, 55, 65, 1000] {
        // As it is announced: a mark follows it until the record is known to be written.
        let member = [&handle().as_bytes()[..], &micros(age).to_be_bytes(), b"?"].concat();
        let ends = micros(0) + 3_600_000_000;
        for mut raw in masters().await {
            raw.enter(&format!("{prefix}principal:ann"), &member, ends).await;
        }
    }
    assert_eq!(members_in_cluster(&prefix, "ann").await, 5);
    assert_eq!(listed(&store, "ann").await, [record.handle]);
    assert_eq!(members_in_cluster(&prefix, "ann").await, 3, "two are young");
    assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 1);
    assert_eq!(members_in_cluster(&prefix, "ann").await, 3, "two are young, and the revocation");
}

async fn members_in_cluster(prefix: &str, principal: &str) -> usize {
    let mut found = 0;
    for mut raw in masters().await {
        let key = format!("{prefix}principal:{principal}");
        if raw.keys(&key).await.contains(&key) {
            found += members(&mut raw, prefix, principal).await;
        }
    }
    found
}
