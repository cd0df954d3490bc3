//! A cluster that loses a master under load; the application is not restarted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use session_core::store::{Record, Updated};
use session_core::{Handle, Now, Store as _};
use session_redis::RedisStore;
use session_test_support::RedisCluster;
use session_test_support::resilience::STALL;
use tokio::task::JoinSet;

use crate::sample::{Raw, insert, insert_of, listed, loaded, stored, update_of, with};

const DEADLINE: Duration = Duration::from_secs(5);
const SESSIONS: usize = 24;

/// What one task saw of its session.
struct Log {
    handle: Handle,
    /// When each revision was acknowledged.
    saved: Vec<(u64, Instant)>,
    /// Updates of which nobody knows whether they happened.
    unknown: u64,
    failed: u64,
    slowest: Duration,
    /// When the last call failed.
    last_failure: Option<Instant>,
}

/// Reads and writes one session, over and over.
async fn work(
    store: RedisStore,
    record: Record,
    stop: Arc<AtomicBool>,
    saves: Arc<AtomicU64>,
) -> Log {
    let mut log = Log {
        handle: record.handle,
        saved: vec![(record.revision, Instant::now())],
        unknown: 0,
        failed: 0,
        slowest: Duration::ZERO,
        last_failure: None,
    };
    let mut record = record;
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        let update = with(update_of(&record), |update| update.fields = vec![2; 300].into());
        let answer = store.update(update, Now::Store).await;
        log.slowest = log.slowest.max(began.elapsed());
        match answer {
            Ok(Updated::Saved(_)) => {
                record.revision += 1;
                saves.fetch_add(1, Ordering::Relaxed);
                log.saved.push((record.revision, Instant::now()));
            }
            Ok(Updated::Conflict(current)) => record = *current,
            Ok(other) => panic!("nobody ends this session: {other:?}"),
            Err(_) => {
                log.failed += 1;
                log.unknown += 1;
                log.last_failure = Some(Instant::now());
            }
        }
        let began = Instant::now();
        if store.load(record.handle, Now::Store).await.is_err() {
            log.failed += 1;
            log.last_failure = Some(Instant::now());
        }
        log.slowest = log.slowest.max(began.elapsed());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    log
}

/// A master, its replica, and which of the sessions are there.
pub(crate) async fn victim(cluster: &RedisCluster, handles: &[Handle]) -> (u16, u16, Vec<Handle>) {
    let mut raw = Raw::connect(&cluster.urls()[0]).await;
    let nodes: String = raw.ask("CLUSTER NODES").await;
    let nodes: Vec<Vec<&str>> = nodes.lines().map(|line| line.split(' ').collect()).collect();
    let port = |node: &[&str]| -> u16 {
        let address = node[1].split('@').next().unwrap();
        address.rsplit(':').next().unwrap().parse().unwrap()
    };
    let master = nodes.iter().find(|node| node[2].contains("master")).unwrap();
    let replica = nodes.iter().find(|node| node[3] == master[0]).unwrap();
    let slots: Vec<std::ops::RangeInclusive<u16>> = master[8..]
        .iter()
        .map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            first.parse().unwrap()..=last.parse().unwrap()
        })
        .collect();
    let (master, replica) = (port(master), port(replica));
    let mut there = Vec::new();
    for handle in handles {
        let slot: u16 = raw.ask(&format!("CLUSTER KEYSLOT session:{handle}")).await;
        if slots.iter().any(|range| range.contains(&slot)) {
            there.push(*handle);
        }
    }
    (master, replica, there)
}

/// How far the node at this URL is in the stream of changes.
async fn offset(raw: &mut Raw, name: &str) -> u64 {
    let info: String = raw.ask("INFO replication").await;
    let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.expect("the server tells").trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_killed_under_load_costs_no_write_that_was_replicated() {
    let cluster = RedisCluster::start().await;
    let store = RedisStore::builder().deadline(DEADLINE).cluster(cluster.urls()).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut handles = Vec::new();
    let mut records = Vec::new();
    for _ in 0..SESSIONS {
        let record = stored(&store, insert_of("ann")).await;
        handles.push(record.handle);
        records.push(record);
    }
    let (master, replica, there) = victim(&cluster, &handles).await;
    assert!(!there.is_empty(), "some sessions are on the node that will die");
    let saves: Vec<Arc<AtomicU64>> = records.iter().map(|_| Arc::default()).collect();
    let workers: JoinSet<Log> = records
        .into_iter()
        .zip(&saves)
        .map(|(record, saves)| work(store.clone(), record, Arc::clone(&stop), Arc::clone(saves)))
        .collect();

    // What was acknowledged before a look at the master's offset is replicated once the replica
    // has come as far.
    let mut master_raw = Raw::connect(&format!("redis://{}", cluster.node(master).address())).await;
    let mut replica_raw =
        Raw::connect(&format!("redis://{}", cluster.node(replica).address())).await;
    let began = Instant::now();
    let mut looks = Vec::new();
    while began.elapsed() < Duration::from_secs(2) {
        let look = Instant::now();
        looks.push((look, offset(&mut master_raw, "master_repl_offset").await));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    cluster.node(master).kill();
    let killed = Instant::now();
    let reached = offset(&mut replica_raw, "slave_repl_offset").await;
    let replicated =
        looks.iter().rev().find(|(_, offset)| *offset <= reached).expect("it follows").0;

    // A call may have been on its way when the master died: its save does not count.
    let count = || saves.iter().map(|saves| saves.load(Ordering::Relaxed));
    let goals: Vec<u64> = count().map(|saves| saves + 10).collect();
    while count().zip(&goals).any(|(saves, goal)| saves < *goal) {
        assert!(killed.elapsed() < Duration::from_mins(1), "some do not work again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.store(true, Ordering::Relaxed);
    let logs = workers.join_all().await;

    let (mut acknowledged, mut lost, mut failed, mut slowest) = (0, 0, 0, Duration::ZERO);
    let mut last_failure = killed;
    for log in &logs {
        let now = loaded(&store, log.handle).await.expect("the session is there").revision;
        let on_victim = there.contains(&log.handle);
        let certain = log.saved.iter().rev().find(|(_, when)| !on_victim || *when < replicated);
        let certain = certain.expect("the first was long ago").0;
        assert!(now >= certain, "revision {now} is there, {certain} was replicated");
        assert!(log.slowest < DEADLINE + STALL, "an answer took {:?}", log.slowest);
        if !on_victim {
            assert_eq!(log.failed, 0, "the other nodes' sessions notice nothing");
        }
        acknowledged += log.saved.len();
        lost += log.saved.windows(2).filter(|pair| pair[1].0 <= pair[0].0).count();
        failed += log.failed;
        slowest = slowest.max(log.slowest);
        last_failure = last_failure.max(log.last_failure.unwrap_or(killed));
    }
    println!(
        "{acknowledged} updates acknowledged, {} of {SESSIONS} sessions on the killed master; {failed} calls failed, \
         the last {:?} after the kill; slowest answer {slowest:?}; replicated up to {:?} before the kill; {lost} \
         sessions went back a revision",
        there.len(),
        last_failure - killed,
        killed.saturating_duration_since(replicated),
    );
    let mut found = listed(&store, "ann").await;
    found.sort();
    handles.sort();
    println!("{} of {} sessions are listed after the fail-over", found.len(), handles.len());
    assert_eq!(found, handles);
    assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, SESSIONS as u64);
}

/// Waits until this replica has all that this master has said.
async fn caught_up(cluster: &RedisCluster, master: u16, replica: u16) {
    let raw =
        async |node: u16| Raw::connect(&format!("redis://{}", cluster.node(node).address())).await;
    let said = offset(&mut raw(master).await, "master_repl_offset").await;
    let mut replica = raw(replica).await;
    while offset(&mut replica, "slave_repl_offset").await < said {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_hangs_holds_up_its_own_sessions_only() {
    let cluster = RedisCluster::start().await;
    let store = RedisStore::builder().deadline(DEADLINE).cluster(cluster.urls()).await.unwrap();
    let mut handles = Vec::new();
    for _ in 0..SESSIONS {
        handles.push(stored(&store, insert()).await.handle);
    }
    let (master, replica, there) = victim(&cluster, &handles).await;
    caught_up(&cluster, master, replica).await;
    cluster.node(master).freeze();
    let frozen = Instant::now();
    let (mut slowest_there, mut slowest_elsewhere, mut failed, mut back) =
        (Duration::ZERO, Duration::ZERO, 0, None);
    while back.is_none() {
        assert!(frozen.elapsed() < Duration::from_mins(1), "the replica does not take over");
        let calls: JoinSet<_> = handles
            .iter()
            .map(|handle| {
                let (store, handle) = (store.clone(), *handle);
                async move {
                    let began = Instant::now();
                    let answer = store.load(handle, Now::Store).await;
                    (handle, answer.is_ok(), began.elapsed())
                }
            })
            .collect();
        let mut all = true;
        for (handle, answered, took) in calls.join_all().await {
            assert!(took < DEADLINE + STALL, "an answer took {took:?}");
            if there.contains(&handle) {
                slowest_there = slowest_there.max(took);
                failed += u32::from(!answered);
                all &= answered;
            } else {
                assert!(answered, "its node works");
                slowest_elsewhere = slowest_elsewhere.max(took);
            }
        }
        if all {
            back.get_or_insert_with(|| frozen.elapsed());
        }
    }
    println!(
        "slowest answer {slowest_there:?} there and {slowest_elsewhere:?} elsewhere; {failed} loads failed there; all \
         answered {back:?} after the freeze"
    );
    cluster.node(master).thaw();
    for handle in handles {
        let record = loaded(&store, handle).await.expect("it was replicated before");
        let _ = store
            .update(update_of(&record), Now::Store)
            .await
            .expect("the old master says who is the new one");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_that_move_lose_no_session_and_no_call() {
    let cluster = RedisCluster::start().await;
    let store = RedisStore::builder().deadline(DEADLINE).cluster(cluster.urls()).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut records = Vec::new();
    for _ in 0..SESSIONS {
        records.push(stored(&store, insert()).await);
    }
    let workers: JoinSet<Log> = records
        .into_iter()
        .map(|record| work(store.clone(), record, Arc::clone(&stop), Arc::default()))
        .collect();
    let address = cluster.nodes()[0].address().to_string();
    let moved = tokio::task::spawn_blocking(move || {
        let mut command = std::process::Command::new("redis-cli");
        command.args(["--cluster", "rebalance", &address, "--cluster-weight"]);
        command.args(weights(&address)).args(["--cluster-pipeline", "1"]);
        command.output().expect("redis-cli is installed")
    });
    let moved = moved.await.unwrap();
    let told = String::from_utf8_lossy(&moved.stdout);
    assert!(moved.status.success(), "{told}");
    assert!(told.contains('#'), "slots were moved: {told}");
    stop.store(true, Ordering::Relaxed);
    for log in workers.join_all().await {
        assert_eq!((log.failed, log.unknown), (0, 0));
        let last = log.saved.last().expect("it was inserted").0;
        assert_eq!(loaded(&store, log.handle).await.expect("it is there").revision, last);
    }
}

/// One master is to have three times as much as each of the others.
fn weights(address: &str) -> Vec<String> {
    let (host, port) = address.split_once(':').unwrap();
    let output = std::process::Command::new("redis-cli")
        .args(["-h", host, "-p", port, "CLUSTER", "NODES"])
        .output()
        .expect("redis-cli is installed");
    let nodes = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut masters = nodes.lines().filter(|line| line.contains("master"));
    let id = masters.next().and_then(|line| line.split(' ').next()).expect("there are masters");
    vec![format!("{id}=3")]
}
