//! The index of a principal's sessions mends itself.

use std::time::Duration;

use session_core::store::{Ending, LogIn, Updated};
use session_core::{Now, Store as _};
use session_redis::RedisStore;

use crate::sample::{
    HOUR, Raw, builder, cluster_store, connected, feed, handle, insert, insert_of, listed, loaded,
    masters, prefix, saved, shared, shared_cluster, stored, update_of, with,
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

/// A store on one server and one on a cluster, with the prefix of each and connections to its servers.
async fn stores() -> Vec<(RedisStore, String, Vec<Raw>)> {
    let (one, many) = (prefix(), prefix());
    let url = shared().await.url();
    let standalone = connected(builder().prefix(&one), &url).await;
    let urls = shared_cluster().await.urls();
    let cluster = builder().prefix(&many).cluster(urls).await.unwrap();
    let raw = vec![Raw::connect(&url).await];
    vec![(standalone, one, raw), (cluster, many, masters().await)]
}

/// Deletes the index of `ann`.
async fn forget(prefix: &str, servers: &mut [Raw]) {
    let mut command = redis::cmd("DEL");
    command.arg(format!("{prefix}principal:ann"));
    let mut forgotten = 0;
    for raw in servers {
        forgotten += raw.send::<i64>(&command).await.unwrap_or(0);
    }
    assert_eq!(forgotten, 1);
}

#[tokio::test]
async fn an_entry_that_was_lost_comes_back_with_the_next_touch_or_update() {
    for (store, prefix, mut servers) in stores().await {
        let record = stored(&store, insert_of("ann")).await;
        forget(&prefix, &mut servers).await;
        assert_eq!(listed(&store, "ann").await, []);
        assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
        assert_eq!(listed(&store, "ann").await, [record.handle]);
        forget(&prefix, &mut servers).await;
        // The first update in each tenth of the idle limit looks after it.
        let seen = loaded(&store, record.handle).await.unwrap().times.seen;
        let later = Now::At(seen.plus(HOUR / 10));
        let answer = store.update(update_of(&record), later).await.unwrap();
        assert!(matches!(answer, Updated::Saved(_)), "{answer:?}");
        assert_eq!(listed(&store, "ann").await, [record.handle]);
        assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 1);
    }
}

/// The revocation cannot find it, but it finds the revocation.
#[tokio::test]
async fn a_session_that_was_not_ended_for_want_of_its_entry_ends_when_it_is_used() {
    for (store, prefix, mut servers) in stores().await {
        let mut feed = feed(&store).await;
        let touched = stored(&store, insert_of("ann")).await;
        let changed = stored(&store, insert_of("ann")).await;
        let spared = stored(&store, insert_of("ann")).await;
        forget(&prefix, &mut servers).await;
        let ended = store.delete_all("ann", Some(spared.handle), Now::Store).await.unwrap();
        assert_eq!(ended.live, 0);
        let log_in = LogIn::new(Some(ended.now), None);
        let later = with(insert_of("ann"), |insert| insert.log_in = log_in);
        let later = stored(&store, later).await;

        assert!(!store.touch(touched.handle, HOUR, Now::Store).await.unwrap());
        tokio::time::sleep(Duration::from_millis(100)).await;
        let update = with(update_of(&changed), |update| update.idle = Some(Duration::from_secs(1)));
        let answer = store.update(update, Now::Store).await.unwrap();
        assert!(matches!(answer, Updated::Gone), "{answer:?}");
        for record in [&touched, &changed] {
            assert_eq!(loaded(&store, record.handle).await, None);
            let mut told = feed.next().await.unwrap();
            while told == Ending::UpToDate {
                told = feed.next().await.unwrap();
            }
            assert_eq!(told, Ending::Of(record.handle));
        }
        assert!(store.touch(spared.handle, HOUR, Now::Store).await.unwrap());
        assert!(store.touch(later.handle, HOUR, Now::Store).await.unwrap());
        let mut alive = listed(&store, "ann").await;
        alive.sort();
        assert_eq!(alive, [spared.handle, later.handle]);
    }
}

#[tokio::test]
async fn a_check_restores_all_entries_and_ends_what_has_to_be_ended() {
    for (store, prefix, mut servers) in stores().await {
        let mut handles = Vec::new();
        for _ in 0..30 {
            handles.push(stored(&store, insert_of("ann")).await.handle);
            stored(&store, insert_of("bob")).await;
            stored(&store, insert()).await;
        }
        let in_order = store.check_indexes(|_| ()).await.unwrap();
        assert_eq!((in_order.records, in_order.restored, in_order.ended), (90, 0, 0));
        forget(&prefix, &mut servers).await;
        let mut steps = 0;
        let check = store.check_indexes(|_| steps += 1).await.unwrap();
        assert_eq!((check.records, check.restored, check.ended), (90, 30, 0), "{check}");
        assert!(steps >= servers.len());
        let mut found = listed(&store, "ann").await;
        found.sort();
        assert_eq!(found, handles);

        forget(&prefix, &mut servers).await;
        store.delete_all("ann", None, Now::Store).await.unwrap();
        let check = store.check_indexes(|_| ()).await.unwrap();
        assert_eq!((check.records, check.restored, check.ended), (90, 0, 30), "{check}");
        assert_eq!(listed(&store, "ann").await, []);
        for handle in handles {
            assert_eq!(loaded(&store, handle).await, None);
        }
        assert_eq!(listed(&store, "bob").await.len(), 30);
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
    for age in [0, 30, 90, 1000] {
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
