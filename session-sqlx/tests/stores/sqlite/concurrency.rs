//! Concurrency in one store, in two, in three processes: no caller is told that the database is
//! locked.

use std::time::{Duration, Instant};

use session_core::store::{Inserted, Record, Updated};
use session_core::{Now, Store as _, StoreError};
use session_sqlx::SqliteStore;
use session_test_support::resilience::STALL;
use tokio::task::JoinSet;

use super::fixtures::{
    HOUR, execute, insert, is_unchanged, loaded, patient, records, store, stored, update_of,
    updated, with,
};
use super::process::{Process, given};

const TEST: &str =
    "sqlite::concurrency::three_processes_on_one_file_lose_no_change_and_meet_no_lock";
const TASKS: usize = 32;
const CHANGES: usize = 10;

fn counted(record: &Record) -> u64 {
    let fields = record.fields[..].try_into();
    u64::from_le_bytes(fields.expect("it is a count"))
}

/// Adds one to a record, however often another is faster.
async fn count(store: &SqliteStore, mut record: Record) {
    loop {
        let update = with(update_of(&record), |update| {
            update.fields = (counted(&record) + 1).to_le_bytes()[..].into();
        });
        match updated(store, update).await {
            Updated::Saved(_) => return,
            Updated::Conflict(newer) => record = *newer,
            other => panic!("the record is there: {other:?}"),
        }
    }
}

/// Many tasks that count on the same records, which they find by their principal.
async fn count_together(stores: &[SqliteStore]) {
    let mut tasks = JoinSet::new();
    for number in 0..TASKS * stores.len() {
        let store = stores[number % stores.len()].clone();
        tasks.spawn(async move {
            for change in 0..CHANGES {
                let mut found = records(&store, "counters", Now::Store).await;
                let record = found.swap_remove((number + change) % found.len());
                count(&store, record).await;
            }
        });
    }
    tasks.join_all().await;
}

async fn counters(store: &SqliteStore) {
    for _ in 0..8 {
        let insert = with(insert(), |insert| {
            insert.principal = Some("counters".into());
            insert.fields = 0_u64.to_le_bytes()[..].into();
        });
        stored(store, insert).await;
    }
}

async fn total(store: &SqliteStore) -> usize {
    let found = records(store, "counters", Now::Store).await;
    for record in &found {
        assert_eq!(record.revision, counted(record) + 1, "each was counted once");
    }
    let total: u64 = found.iter().map(counted).sum();
    usize::try_from(total).expect("it is small")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_on_one_file_lose_no_change_and_meet_no_lock() {
    let (one, database) = store(patient()).await;
    let two = database.store(patient()).await;
    counters(&one).await;
    count_together(&[one.clone(), two]).await;
    assert_eq!(total(&one).await, 2 * TASKS * CHANGES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_processes_on_one_file_lose_no_change_and_meet_no_lock() {
    if let Some(database) = given() {
        return count_together(&[database.store(patient()).await]).await;
    }
    let (store, database) = store(patient()).await;
    counters(&store).await;
    let start = || Process::start(TEST, &database);
    let others = [start(), start()];
    count_together(std::slice::from_ref(&store)).await;
    for other in others {
        assert!(other.ends_well(), "it met a lock");
    }
    assert_eq!(total(&store).await, 3 * TASKS * CHANGES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_concurrent_writes_through_two_stores_is_saved() {
    let (one, database) = store(patient()).await;
    let two = database.store(patient()).await;
    for _ in 0..10 {
        let fresh = insert();
        let mut inserts = JoinSet::new();
        for number in 0..16_u8 {
            let store = [&one, &two][usize::from(number % 2)].clone();
            let insert = with(fresh.clone(), |insert| insert.fields = vec![number].into());
            inserts.spawn(async move { store.insert(insert, Now::Store).await });
        }
        let answers = inserts.join_all().await.into_iter();
        let saved = answers.filter(|answer| matches!(answer, Ok(Inserted::Saved(_))));
        assert_eq!(saved.count(), 1);

        let record = loaded(&one, fresh.handle).await.expect("it was inserted");
        let mut updates = JoinSet::new();
        for number in 0..16_u8 {
            let store = [&one, &two][usize::from(number % 2)].clone();
            let update =
                with(update_of(&record), |update| update.fields = vec![100 + number].into());
            updates.spawn(async move { (number, updated(&store, update).await) });
        }
        let after = updates.join_all().await;
        let current = loaded(&two, record.handle).await.expect("it is there");
        let mut saved = 0;
        for (number, answer) in after {
            match answer {
                Updated::Saved(_) => {
                    saved += 1;
                    assert_eq!(*current.fields, [100 + number]);
                }
                Updated::Conflict(found) => assert_eq!(found.fields, current.fields),
                other => panic!("the record is there: {other:?}"),
            }
        }
        assert_eq!((saved, current.revision), (1, 2));
    }
}

#[tokio::test]
async fn a_lock_of_another_program_delays_writes_and_no_reads() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let mut other = database.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE; UPDATE sessions SET label = 'x'").await;
    let (writing, update) = (store.clone(), update_of(&record));
    let write = tokio::spawn(async move { updated(&writing, update).await });
    for _ in 0..50 {
        assert!(is_unchanged(&store, &record).await);
    }
    assert!(!write.is_finished());
    execute(&mut other, "ROLLBACK").await;
    assert!(matches!(write.await, Ok(Updated::Saved(_))));
}

#[tokio::test]
async fn a_write_that_waits_past_the_deadline_fails_with_the_deadline() {
    let deadline = Duration::from_millis(200);
    let (beside, database) = store(patient()).await;
    let store = database.store(patient().deadline(deadline)).await;
    let record = stored(&beside, insert()).await;
    let mut other = database.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE").await;
    for _ in 0..3 {
        let began = Instant::now();
        let answer = store.update(update_of(&record), Now::Store).await;
        let error = answer.expect_err("another has the lock");
        assert!(matches!(error, StoreError::Deadline(_)), "{error:?}");
        assert!(began.elapsed() < deadline + STALL);
    }
    execute(&mut other, "ROLLBACK").await;
    assert!(is_unchanged(&beside, &record).await, "what was given up did not happen");
    for _ in 0..50 {
        if store.update(update_of(&record), Now::Store).await.is_ok() {
            return;
        }
    }
    panic!("it does not work again");
}

/// A store that never stops writing leaves room for another.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_that_writes_without_pause_lets_another_write() {
    let (busy, database) = store(patient()).await;
    let quiet = database.store(patient()).await;
    let mut load = JoinSet::new();
    for _ in 0..16 {
        let (store, record) = (busy.clone(), stored(&busy, insert()).await);
        load.spawn(async move {
            loop {
                let touched = store.touch(record.handle, HOUR, Now::Store);
                assert!(touched.await.expect("it is never locked"));
            }
        });
    }
    let mut longest = Duration::ZERO;
    for _ in 0..10 {
        let began = Instant::now();
        stored(&quiet, insert()).await;
        longest = longest.max(began.elapsed());
    }
    load.shutdown().await;
    println!("at most {longest:?} beside a store that writes without pause");
    assert!(longest < STALL, "it hardly got in");
}
