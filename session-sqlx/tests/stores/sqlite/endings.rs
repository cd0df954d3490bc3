//! The feed of endings: what the store itself ends, and what it says of other writers.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use session_core::store::{Ending, Endings, Inserted, LogIn, Swept, Update, Updated};
use session_core::{Digest, Handle, Now, Store as _, Timestamp};
use session_sqlx::SqliteStore;
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout};

use super::fixtures::{
    Database, HOUR, handle, insert, insert_of, loaded, patient, store, stored, update_of, updated,
    with,
};
use super::process::{self, Process};

const PATIENCE: Duration = Duration::from_secs(30);

async fn feed(store: &SqliteStore) -> Endings {
    store.endings().await.expect("the store works").expect("there is a feed")
}

async fn next(feed: &mut Endings) -> Option<Ending> {
    timeout(PATIENCE, feed.next()).await.expect("the feed goes on")
}

/// What the feed tells before the proof of life.
async fn told(feed: &mut Endings) -> Vec<Ending> {
    let mut told = Vec::new();
    loop {
        match next(feed).await.expect("the store is there") {
            Ending::UpToDate => return told,
            ending => told.push(ending),
        }
    }
}

fn of(handles: &[Handle]) -> Vec<Ending> {
    handles.iter().copied().map(Ending::Of).collect()
}

async fn save(store: &SqliteStore, update: Update) {
    let saved = updated(store, update).await;
    assert!(matches!(saved, Updated::Saved(_)), "{saved:?}");
}

#[tokio::test]
async fn what_the_store_ends_is_told_and_nothing_else() {
    let (store, _) = store(patient()).await;
    let feed = &mut feed(&store).await;
    let began = |limit| LogIn::new(Some(Timestamp::now().plus(HOUR)), NonZeroU32::new(limit));
    let mut expected = Vec::new();

    for remember in [None, Some(HOUR)] {
        let record = stored(&store, insert_of("ann")).await;
        assert!(store.delete(record.handle, remember, Now::Store).await.unwrap());
        expected.push(record.handle);
    }
    let spared = stored(&store, insert_of("ann")).await;
    expected.push(stored(&store, insert_of("ann")).await.handle);
    let ended = store.delete_all("ann", Some(spared.handle), Now::Store).await;
    assert_eq!(ended.unwrap().live, 1);
    let limited = with(insert_of("ann"), |insert| insert.log_in = began(1));
    let limited = stored(&store, limited).await;
    expected.push(spared.handle);
    // A log-in to a session of nobody ends another, and goes on.
    let record = stored(&store, insert()).await;
    let log_in = with(update_of(&record), |update| {
        update.principal = Some("ann".into());
        update.authenticated = Some(HOUR);
        update.log_in = began(1);
        update.digest = Digest::from_bytes([9; 32]);
    });
    save(&store, log_in).await;
    expected.push(limited.handle);
    let record = loaded(&store, record.handle).await.unwrap();
    let again = with(update_of(&record), |update| {
        update.authenticated = Some(HOUR);
        update.log_in = began(1);
    });
    save(&store, again).await;
    let record = loaded(&store, record.handle).await.unwrap();
    save(&store, update_of(&record)).await;
    let stale = updated(&store, with(update_of(&record), |update| update.principal = None)).await;
    assert!(matches!(stale, Updated::Conflict(_)));
    let record = loaded(&store, record.handle).await.unwrap();
    save(&store, with(update_of(&record), |update| update.idle = Some(HOUR / 2))).await;
    assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
    for principal in [Some("bob".into()), None] {
        let record = loaded(&store, record.handle).await.unwrap();
        save(&store, with(update_of(&record), |update| update.principal = principal)).await;
        expected.push(record.handle);
    }
    // Neither what is missing nor what has expired.
    assert!(!store.delete(handle(), None, Now::Store).await.unwrap());
    assert!(matches!(store.insert(insert_of("ann"), Now::Store).await, Ok(Inserted::Revoked(_))));
    let second = |second: i64| Now::At(Timestamp::from_micros(second * 1_000_000));
    for principal in ["deleted", "revoked", "swept"] {
        let insert = insert_of(principal);
        let handle = insert.handle;
        assert!(matches!(store.insert(insert, second(0)).await, Ok(Inserted::Saved(_))));
        match principal {
            "deleted" => assert!(!store.delete(handle, None, second(3600)).await.unwrap()),
            "revoked" => {
                assert_eq!(store.delete_all(principal, None, second(3600)).await.unwrap().live, 0);
            }
            _ => assert_eq!(store.sweep(10, second(3600)).await.unwrap(), Swept::All(1)),
        }
    }
    assert_eq!(told(feed).await, of(&expected));
}

/// The store's own writes are told, so they leave the proof of life as it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_writes_all_the_time_proves_that_it_lives() {
    let (store, _) = store(patient()).await;
    let began = Instant::now();
    let feed = &mut feed(&store).await;
    let is_proven = Arc::new(AtomicBool::new(false));
    let is_over = Arc::clone(&is_proven);
    let writer = tokio::spawn(async move {
        let mut ended = Vec::new();
        while !is_over.load(Ordering::Relaxed) && began.elapsed() < PATIENCE {
            let record = stored(&store, insert_of("ann")).await;
            assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
            ended.push(record.handle);
        }
        ended
    });
    let (mut heard, mut proofs) = (Vec::new(), 0);
    while let Some(ending) = next(feed).await {
        match ending {
            Ending::UpToDate => proofs += 1,
            ending => heard.push(ending),
        }
        is_proven.store(proofs >= 2, Ordering::Relaxed);
    }
    let took = began.elapsed();
    assert_eq!(heard, of(&writer.await.expect("no panic")));
    assert!((2..=took.as_secs() + 1).contains(&proofs), "{proofs} in {took:?}");
}

/// Another store on the file, in this process or in another, has written: this one does not know what.
async fn another_writes(feed: &mut Endings, write: impl Future<Output = ()>) {
    assert_eq!(told(feed).await, [], "nobody writes");
    write.await;
    // One question later it is quiet again.
    assert_eq!(next(feed).await, Some(Ending::Gap), "no proof comes first");
    assert_eq!(told(feed).await, [], "nobody writes");
}

#[tokio::test]
async fn after_another_store_has_written_there_is_a_gap_before_the_next_proof() {
    let (store, database) = store(patient()).await;
    let other = database.store(patient()).await;
    let record = stored(&store, insert_of("ann")).await;
    let feed = &mut feed(&store).await;
    another_writes(feed, async {
        assert!(other.delete(record.handle, None, Now::Store).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn after_another_process_has_written_there_is_a_gap_before_the_next_proof() {
    if let Some(database) = process::given() {
        let record = stored(&database.store(patient()).await, insert_of("ann")).await;
        println!("stored {}", record.handle);
        return;
    }
    let (store, database) = store(patient()).await;
    let feed = &mut feed(&store).await;
    another_writes(feed, async {
        let name = "sqlite::endings::after_another_process_has_written_there_is_a_gap_before_the_next_proof";
        let mut other = Process::start(name, &database);
        assert!(other.hear("stored").is_some());
        assert!(other.ends_well());
    })
    .await;
}

/// The writer gets another connection, which cannot know what was written before it was opened.
#[test]
fn a_new_connection_proves_nothing_of_the_time_before() {
    let runtime = || Runtime::new().expect("a runtime starts");
    let first = runtime();
    let (store, database, mut feed) = first.block_on(async {
        let (store, database) = store(patient()).await;
        let feed = feed(&store).await;
        (store, database, feed)
    });
    drop(first);
    runtime().block_on(async {
        stored(&database.store(patient()).await, insert()).await;
        assert_eq!(next(&mut feed).await, Some(Ending::Gap), "no proof comes first");
        assert_eq!(told(&mut feed).await, [], "nobody writes");
        drop(store);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_store_writes_there_is_no_proof() {
    let (store, database) = store(patient()).await;
    let other = database.store(patient()).await;
    let feed = &mut feed(&store).await;
    assert_eq!(told(feed).await, []);
    let until = Instant::now() + Duration::from_millis(3300);
    while Instant::now() < until {
        let _ = stored(&other, insert()).await;
        let heard = timeout(Duration::from_millis(20), feed.next()).await;
        assert!(heard.is_err(), "{heard:?}");
    }
    assert_eq!(next(feed).await, Some(Ending::Gap));
    assert_eq!(told(feed).await, []);
}

#[tokio::test]
async fn a_feed_writes_nothing_and_ends_with_its_store() {
    let (store, database): (SqliteStore, Database) = store(patient()).await;
    let mut feed = feed(&store).await;
    stored(&store, insert()).await;
    let commits = database.commits();
    assert_eq!(told(&mut feed).await, []);
    assert_eq!(told(&mut feed).await, []);
    assert_eq!(database.commits(), commits);
    drop(store);
    assert_eq!(next(&mut feed).await, None);
}
