//! Every key expires by itself, when the record says.

use std::time::Duration;

use session_core::store::Updated;
use session_core::{Now, Store as _};
use session_redis::RedisStore;
use session_test_support::Redis;
use tokio::task::JoinSet;

use crate::sample::{
    DAY, HOUR, Raw, builder, cluster_store, connected, first, insert, insert_of, loaded, masters,
    saved, shared, stored, update_of, with,
};

/// A small generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Everything a store does, in any order, on few sessions of few principals.
async fn random_work(store: RedisStore, seed: u64) {
    let mut random = Random(seed);
    let mut known = vec![stored(&store, insert()).await];
    for _ in 0..150 {
        let principal =
            [None, Some("ann"), Some("bob"), Some("")][usize::try_from(random.below(4)).unwrap()];
        let principal = principal.map(Into::into);
        let chosen = usize::try_from(random.below(u64::try_from(known.len()).unwrap())).unwrap();
        let record = known[chosen].clone();
        match random.below(12) {
            0..=3 => {
                let insert = with(insert(), |insert| {
                    insert.principal = principal;
                    insert.idle = HOUR * u32::try_from(1 + random.below(30)).unwrap();
                });
                let handle = insert.handle;
                let _ = store.insert(insert, Now::Store).await.unwrap();
                // Somebody else may have deleted it already.
                known.extend(loaded(&store, handle).await);
            }
            4..=7 => {
                let authenticated = (random.below(2) == 0).then_some(DAY);
                let update = with(update_of(&record), |update| {
                    update.principal = principal;
                    update.authenticated = authenticated;
                });
                if let Updated::Saved(_) = store.update(update, Now::Store).await.unwrap()
                    && let Some(newer) = loaded(&store, record.handle).await
                {
                    known[chosen] = newer;
                }
            }
            8 => drop(store.touch(record.handle, HOUR, Now::Store).await.unwrap()),
            9 => {
                let remember = (random.below(2) == 0).then_some(HOUR);
                let _ = store.delete(record.handle, remember, Now::Store).await.unwrap();
            }
            10 => {
                let principal = principal.as_deref().unwrap_or("ann");
                drop(store.list(principal, first(3), Now::Store).await.unwrap());
            }
            _ => drop(
                store
                    .delete_all(principal.as_deref().unwrap_or("bob"), None, Now::Store)
                    .await
                    .unwrap()
                    .live,
            ),
        }
    }
}

/// The keys on this server that would stay for ever.
async fn immortal(raw: &mut Raw, found: &mut usize) -> Vec<String> {
    let mut immortal = Vec::new();
    let mut cursor = "0".to_owned();
    loop {
        let (next, keys): (String, Vec<String>) =
            raw.ask(&format!("SCAN {cursor} COUNT 1000")).await;
        *found += keys.len();
        for key in keys {
            if raw.ask_words::<i64>(&["PTTL", &key]).await == -1 {
                immortal.push(key);
            }
        }
        if next == "0" {
            return immortal;
        }
        cursor = next;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_expires() {
    let server = Redis::start().await;
    let store = connected(builder(), &server.url()).await;
    (1..=4).map(|seed| random_work(store.clone(), seed)).collect::<JoinSet<()>>().join_all().await;
    let mut found = 0;
    let mut raw = Raw::connect(&server.url()).await;
    assert_eq!(immortal(&mut raw, &mut found).await, Vec::<String>::new());
    println!("{found} keys, each of which expires");
    assert!(found > 20, "there is something to look at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_of_a_cluster_expires() {
    let store = cluster_store().await;
    (1..=4).map(|seed| random_work(store.clone(), seed)).collect::<JoinSet<()>>().join_all().await;
    let mut found = 0;
    for mut raw in masters().await {
        assert_eq!(immortal(&mut raw, &mut found).await, Vec::<String>::new());
    }
    println!("{found} keys, each of which expires");
    assert!(found > 20, "there is something to look at");
}

#[tokio::test]
async fn a_key_expires_when_its_record_does() {
    let mut raw = Raw::connect(&shared().await.url()).await;
    let prefix = crate::sample::prefix();
    let store = connected(builder().prefix(&prefix), &shared().await.url()).await;
    let mut record = stored(&store, insert_of("ann")).await;
    for idle in [HOUR, HOUR * 3, Duration::from_mins(1), DAY * 9] {
        record = saved(&store, with(update_of(&record), |update| update.idle = Some(idle))).await;
        let ends: i64 = raw.ask(&format!("PEXPIRETIME {prefix}{}", record.handle)).await;
        assert_eq!(
            ends,
            (record.times.expires.micros() + 999) / 1000,
            "to the millisecond, rounded up"
        );
        let ends: i64 = raw.ask(&format!("PEXPIRETIME {prefix}principal:ann")).await;
        assert_eq!(ends, (record.times.absolute.micros() + 999) / 1000);
    }
    let unused = saved(&store, with(update_of(&record), |update| update.idle = None)).await;
    assert_eq!(unused.times.expires, record.times.expires);
    let ends: i64 = raw.ask(&format!("PEXPIRETIME {prefix}{}", record.handle)).await;
    assert_eq!(ends, (record.times.expires.micros() + 999) / 1000, "what is no use renews nothing");
    assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
    let touched = loaded(&store, record.handle).await.unwrap();
    let ends: i64 = raw.ask(&format!("PEXPIRETIME {prefix}{}", record.handle)).await;
    assert_eq!(ends, (touched.times.expires.micros() + 999) / 1000);
}

#[tokio::test]
async fn an_expired_record_leaves_nothing_behind() {
    let mut raw = Raw::connect(&shared().await.url()).await;
    let prefix = crate::sample::prefix();
    let store = connected(builder().prefix(&prefix), &shared().await.url()).await;
    stored(&store, insert_of("bob")).await;
    let lasting = raw.keys(&prefix).await;
    assert_eq!(lasting.len(), 2, "the record and the list of its principal");
    let brief = with(insert_of("ann"), |insert| {
        insert.idle = Duration::from_millis(200);
        insert.absolute = Duration::from_millis(400);
    });
    let handle = brief.handle;
    let _ = store.insert(brief, Now::Store).await.unwrap();
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(loaded(&store, handle).await, None);
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(raw.keys(&prefix).await, lasting);
}
