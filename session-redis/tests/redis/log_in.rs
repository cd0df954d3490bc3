//! Log-ins at once, on a cluster that has the index of a principal elsewhere than the records.

use std::num::NonZeroU32;
use std::time::Duration;

use session_core::store::{Inserted, LogIn, Record, Update, Updated};
use session_core::{Handle, Now, Store as _};
use session_redis::RedisStore;
use session_test_support::RedisCluster;
use tokio::task::JoinSet;

use crate::cluster::victim;
use crate::sample::{
    HOUR, Raw, builder, cluster_store, connected, handle, insert, insert_of, listed, loaded,
    masters, patient, prefix, shared, shared_cluster, store, stored, update_of, updated, with,
};

fn at_most(limit: u32) -> LogIn {
    LogIn::new(None, NonZeroU32::new(limit))
}

fn log_in(principal: &str, record: &Record, log_in: LogIn) -> Update {
    with(update_of(record), |update| {
        update.principal = Some(principal.into());
        update.authenticated = Some(HOUR);
        update.log_in = log_in;
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_log_ins_at_once_leave_five_sessions() {
    for (store, name) in [(store().await, "server"), (cluster_store().await, "cluster")] {
        let mut written = Vec::new();
        let mut log_ins = JoinSet::new();
        for _ in 0..100 {
            let insert = with(insert_of("ann"), |insert| insert.log_in = at_most(5));
            written.push(insert.handle);
            let store = store.clone();
            log_ins.spawn(async move {
                let inserted = store.insert(insert, Now::Store).await.unwrap();
                assert!(matches!(inserted, Inserted::Saved(_)), "{inserted:?}");
            });
        }
        log_ins.join_all().await;
        assert_eq!(listed(&store, "ann").await.len(), 5, "{name}");
        assert_eq!(live(&store, &written).await, 5, "{name}: none lives on unlisted");
    }
}

async fn live(store: &RedisStore, handles: &[Handle]) -> usize {
    let mut live = 0;
    for handle in handles {
        live += usize::from(loaded(store, *handle).await.is_some());
    }
    live
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_among_log_ins_and_writes_leaves_nobody_who_began_before_it() {
    for (store, name) in [(store().await, "server"), (cluster_store().await, "cluster")] {
        for round in 0..20 {
            let principal = format!("ann{round}");
            let mut theirs = Vec::new();
            for _ in 0..50 {
                theirs.push(stored(&store, insert_of(&principal)).await);
            }
            let carts = [stored(&store, insert()).await, stored(&store, insert()).await];
            let began = LogIn::new(Some(carts[0].times.now), None);
            let mut acts = JoinSet::new();
            let mut written: Vec<Handle> = theirs.iter().map(|record| record.handle).collect();
            written.extend(carts.iter().map(|cart| cart.handle));
            for (number, record) in theirs.into_iter().enumerate() {
                let (insert, mine) = (insert_of(&principal), store.clone());
                written.push(insert.handle);
                acts.spawn(async move {
                    let insert = with(insert, |insert| insert.log_in = began);
                    let _ = mine.insert(insert, Now::Store).await.unwrap();
                });
                let mine = store.clone();
                acts.spawn(async move { drop(updated(&mine, update_of(&record)).await) });
                if number == 20 {
                    let (mine, principal) = (store.clone(), principal.clone());
                    acts.spawn(async move {
                        tokio::time::sleep(Duration::from_micros(200 * round)).await;
                        mine.delete_all(&principal, None, Now::Store).await.unwrap();
                    });
                }
            }
            for cart in carts {
                let (mine, update) = (store.clone(), log_in(&principal, &cart, began));
                acts.spawn(async move { drop(updated(&mine, update).await) });
            }
            acts.join_all().await;
            assert_eq!(listed(&store, &principal).await, [], "{name}, round {round}");
            let mut survivors = Vec::new();
            for handle in written {
                let record = loaded(&store, handle).await;
                // A cart that was refused is a cart.
                survivors.extend(record.filter(|record| record.principal.is_some()));
            }
            assert_eq!(survivors, [], "{name}, round {round}");
        }
    }
}

#[tokio::test]
async fn a_revocation_is_forgotten_with_its_key() {
    let url = shared().await.url();
    let prefix = prefix();
    let mut raw = Raw::connect(&url).await;
    let store = connected(builder().prefix(&prefix), &url).await;
    stored(&store, insert_of("ann")).await;
    assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 1);
    assert_eq!(raw.keys(&prefix).await, [format!("{prefix}principal:ann")]);
    let left: i64 = raw.ask(&format!("PTTL {prefix}principal:ann")).await;
    assert!((3_500_000..=3_600_001).contains(&left), "{left} ms of an hour, rounded up");
}

/// A log-in that dies before its record is written leaves a mark; one that dies after, a record.
#[tokio::test]
async fn a_log_in_that_dies_half_way_leaves_nothing_that_lasts() {
    let prefix = prefix();
    let urls = shared_cluster().await.urls();
    let store = builder().prefix(&prefix).cluster(urls).await.unwrap();
    let record = stored(&store, insert_of("ann")).await;
    let index = format!("{prefix}principal:ann");
    // As if it had never been confirmed, and that was more than a minute ago.
    let joined = record.times.now.micros() - 61_000_000;
    let announced = |handle: Handle| [&handle.as_bytes()[..], &joined.to_be_bytes(), b"?"].concat();
    let ends = record.times.absolute.micros();
    for mut raw in masters().await {
        raw.enter(&index, &announced(record.handle), ends).await;
        raw.enter(&index, &announced(handle()), ends).await;
    }
    // It is found and revoked like any other, and then nothing is left of it but the revocation.
    assert_eq!(listed(&store, "ann").await, [record.handle]);
    let mut count = 0;
    assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 1);
    for mut raw in masters().await {
        if raw.keys(&index).await == [index.clone()] {
            count += raw.ask::<usize>(&format!("ZCARD {index}")).await;
        }
    }
    assert_eq!(count, 1);
    assert_eq!(listed(&store, "ann").await, []);
}

#[tokio::test]
async fn a_log_in_that_is_not_saved_takes_its_announcement_back() {
    let prefix = prefix();
    let urls = shared_cluster().await.urls();
    let store = builder().prefix(&prefix).cluster(urls).await.unwrap();
    let cart = stored(&store, insert()).await;
    let stale = with(log_in("ann", &cart, LogIn::default()), |update| update.revision = 9);
    assert!(matches!(updated(&store, stale).await, Updated::Conflict(_)));
    let taken = with(insert_of("ann"), |insert| insert.handle = cart.handle);
    assert_eq!(store.insert(taken, Now::Store).await.unwrap(), Inserted::Occupied);
    for mut raw in masters().await {
        assert_eq!(raw.keys(&format!("{prefix}principal:")).await, Vec::<String>::new());
    }
}

/// The record is written when the revocation has looked for it already and found nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_that_a_revocation_overtook_removes_its_own_record() {
    let cluster = RedisCluster::start().await;
    let store = patient().cluster(cluster.urls()).await.unwrap();
    let mut carts = Vec::new();
    for number in 0..24 {
        carts.push(stored(&store, insert()).await);
        stored(&store, insert_of(&number.to_string())).await;
    }
    let handles: Vec<Handle> = carts.iter().map(|cart| cart.handle).collect();
    let (master, _, there) = victim(&cluster, &handles).await;
    let cart = carts.iter().find(|cart| there.contains(&cart.handle)).unwrap();
    let url = format!("redis://{}", cluster.node(master).address());
    let same_node = Raw::connect(&url).await.keys("session:principal:").await;
    let name = (0..24).map(|number: u32| number.to_string());
    let name =
        name.into_iter().find(|name| !same_node.contains(&format!("session:principal:{name}")));
    let name = name.expect("some indexes are on other nodes");
    let index = format!("session:principal:{name}");

    cluster.node(master).freeze();
    let (mine, update) = (store.clone(), log_in(&name, cart, LogIn::default()));
    let answer = tokio::spawn(async move { updated(&mine, update).await });
    let last = cart.times.now.micros() + 60_000_000;
    let revoked = [last, last + 3_600_000_000, last].map(i64::to_be_bytes).concat();
    tokio::time::sleep(Duration::from_millis(200)).await;
    for node in cluster.nodes().iter().filter(|node| node.address().port() != master) {
        let mut raw = Raw::connect(&format!("redis://{}", node.address())).await;
        let role: Vec<redis::Value> = raw.ask("ROLE").await;
        if role[0] == redis::Value::BulkString(b"master".to_vec()) {
            raw.enter(&index, &revoked, "-inf").await;
        }
    }
    cluster.node(master).thaw();
    let answer = answer.await.unwrap();
    assert!(matches!(answer, Updated::Revoked(_)), "{answer:?}");
    assert_eq!(loaded(&store, cart.handle).await, None);
}
