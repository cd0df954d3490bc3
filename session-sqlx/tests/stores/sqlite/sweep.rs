//! Sweeps: expired records are deleted.

use std::time::Duration;

use session_core::store::Swept;
use session_core::{Now, Store as _};
use session_sqlx::SqliteStore;

use super::fixtures::{
    HOUR, insert, is_unchanged, patient, store, stored, update_of, updated, with,
};

const OVER: &str = "UPDATE sessions SET expires = 1, sweep_at = 1";

async fn swept(store: &SqliteStore, limit: u32, now: Now) -> Swept {
    store.sweep(limit, now).await.expect("the store works")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_sweep_at_once_and_remove_each_record_once() {
    let (one, database) = store(patient()).await;
    let two = database.store(patient()).await;
    for _ in 0..100 {
        stored(&one, insert()).await;
    }
    database.execute(OVER).await;
    let live = stored(&one, insert()).await;
    let sweep = |store: SqliteStore| async move {
        let mut removed = 0;
        loop {
            match swept(&store, 7, Now::Store).await {
                Swept::All(last) => return removed + last,
                Swept::Some(more) => removed += more,
                _ => {}
            }
        }
    };
    let (first, second) = tokio::join!(tokio::spawn(sweep(one.clone())), tokio::spawn(sweep(two)));
    assert_eq!(first.expect("no panic") + second.expect("no panic"), 100);
    assert!(is_unchanged(&one, &live).await);
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn a_record_that_was_used_is_due_again_when_it_expires() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let later = Now::At(record.times.created.plus(HOUR / 2));
    let touched = store.touch(record.handle, HOUR, later).await;
    assert!(touched.expect("the store works"));
    let same = "SELECT count(*) FROM sessions WHERE sweep_at = expires";
    let timed = database.number(same).await;
    assert_eq!(timed, 0, "a touch leaves the timer alone");
    let due = Now::At(record.times.expires);
    assert_eq!(swept(&store, 1, due).await, Swept::Some(0));
    assert_eq!(database.number(same).await, 1);
    assert_eq!(swept(&store, 1, due).await, Swept::All(0));
}

#[tokio::test]
async fn a_record_with_a_shortened_lifetime_is_swept_in_time() {
    let (store, _) = store(patient()).await;
    let touched = stored(&store, insert()).await;
    let long = with(insert(), |insert| insert.idle = HOUR * 2);
    let changed = stored(&store, long).await;
    let minute = Duration::from_mins(1);
    let answer = store.touch(touched.handle, minute, Now::Store).await;
    assert!(answer.expect("the store works"));
    let update = with(update_of(&changed), |update| update.idle = Some(minute));
    let _ = updated(&store, update).await;
    let soon = Now::At(touched.times.created.plus(minute * 2));
    assert_eq!(swept(&store, 10, soon).await, Swept::All(2));
}

#[tokio::test]
async fn a_remembered_ending_is_swept_in_time() {
    let (store, _) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let minute = Duration::from_mins(1);
    let created = record.times.created;
    let removed = store.delete(record.handle, Some(minute), Now::At(created)).await;
    assert!(removed.expect("the store works"));
    let before = Now::At(created.plus(minute / 2));
    assert_eq!(swept(&store, 10, before).await, Swept::All(0));
    assert_eq!(swept(&store, 10, Now::At(created.plus(minute))).await, Swept::All(1));
}

#[tokio::test]
async fn a_sweep_keeps_to_its_limit_whatever_is_due() {
    let (store, _) = store(patient()).await;
    let mut records = Vec::new();
    for _ in 0..20 {
        records.push(stored(&store, insert()).await);
    }
    for record in records.iter().step_by(2) {
        let later = Now::At(record.times.created.plus(HOUR / 2));
        let touched = store.touch(record.handle, HOUR, later).await;
        assert!(touched.expect("the store works"));
    }
    let due = Now::At(records[19].times.expires);
    assert_eq!(swept(&store, 8, due).await, Swept::Some(4));
    assert_eq!(swept(&store, 8, due).await, Swept::Some(4));
    assert_eq!(swept(&store, 8, due).await, Swept::All(2));
    assert_eq!(swept(&store, 8, due).await, Swept::All(0));
    assert_eq!(swept(&store, 0, due).await, Swept::Some(0));
    for record in records.iter().step_by(2) {
        let found = store.load(record.handle, due).await;
        assert!(found.expect("the store works").is_some());
    }
}
