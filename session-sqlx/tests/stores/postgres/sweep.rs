//! Sweeps: expired records are deleted, by one node at a time.

use std::time::Duration;

use session_core::store::Swept;
use session_core::{Now, Store as _, Timestamp};
use session_sqlx::PostgresStore;
use sqlx::{Connection as _, Executor as _};

use super::fixtures::{
    HOUR, insert, is_unchanged, migrated, patient, store, stored, update_of, updated, with,
};

const OVER: &str =
    "UPDATE sessions SET expires = now() - interval '1 s', sweep_at = now() - interval '1 s'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_sweep_at_once_and_remove_each_record_once() {
    let (one, database) = store(patient()).await;
    let two = migrated(patient(), &database.0).await;
    for _ in 0..500 {
        stored(&one, insert()).await;
    }
    database.execute(OVER).await;
    let live = stored(&one, insert()).await;
    let sweep = |store: PostgresStore| async move {
        let mut removed = 0;
        loop {
            match store.sweep(7, Now::Store).await.expect("the store works") {
                Swept::All(last) => return removed + last,
                Swept::Some(more) => removed += more,
                _ => {}
            }
        }
    };
    let (one_removed, two_removed) =
        tokio::join!(tokio::spawn(sweep(one.clone())), tokio::spawn(sweep(two)));
    let removed = one_removed.expect("no panic") + two_removed.expect("no panic");
    assert_eq!(removed, 500);
    assert!(is_unchanged(&one, &live).await);
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn a_sweep_does_nothing_while_another_node_sweeps() {
    let (store, database) = store(patient()).await;
    stored(&store, insert()).await;
    database.execute(OVER).await;
    let mut node = database.connect().await;
    let mut sweeping = node.begin().await.expect("the server is up");
    let lock = "SELECT pg_advisory_xact_lock(1936946035, 'sessions'::regclass::oid::integer)";
    sweeping.execute(lock).await.expect("nobody has it");
    assert_eq!(store.sweep(10, Now::Store).await.expect("the store works"), Swept::Elsewhere);
    sweeping.rollback().await.expect("the server is up");
    assert_eq!(store.sweep(10, Now::Store).await.expect("the store works"), Swept::All(1));
}

#[tokio::test]
async fn a_sweep_skips_a_locked_record() {
    let (store, database) = store(patient()).await;
    stored(&store, insert()).await;
    stored(&store, insert()).await;
    database.execute(OVER).await;
    let mut request = database.connect().await;
    let mut in_use = request.begin().await.expect("the server is up");
    in_use.execute("SELECT FROM sessions LIMIT 1 FOR UPDATE").await.expect("nobody has it");
    assert_eq!(store.sweep(10, Now::Store).await.expect("the store works"), Swept::All(1));
    in_use.rollback().await.expect("the server is up");
    assert_eq!(store.sweep(10, Now::Store).await.expect("the store works"), Swept::All(1));
}

#[tokio::test]
async fn a_record_that_was_used_is_due_again_when_it_expires() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let later = Now::At(record.times.created.plus(HOUR / 2));
    assert!(store.touch(record.handle, HOUR, later).await.expect("the store works"));
    let same = "SELECT count(*) FROM sessions WHERE sweep_at = expires";
    assert_eq!(database.number(same).await, 0, "a touch leaves the timer alone");
    let due = Now::At(record.times.expires);
    assert_eq!(store.sweep(1, due).await.expect("the store works"), Swept::Some(0));
    assert_eq!(database.number(same).await, 1);
    assert_eq!(store.sweep(1, due).await.expect("the store works"), Swept::All(0));
}

#[tokio::test]
async fn a_record_with_a_shortened_lifetime_is_swept_in_time() {
    let (store, _) = store(patient()).await;
    let touched = stored(&store, insert()).await;
    let changed = stored(&store, with(insert(), |insert| insert.idle = HOUR * 2)).await;
    let minute = Duration::from_mins(1);
    store.touch(touched.handle, minute, Now::Store).await.expect("the store works");
    let update = with(update_of(&changed), |update| update.idle = Some(minute));
    let _ = updated(&store, update).await;
    let soon = Now::At(touched.times.created.plus(minute * 2));
    assert_eq!(store.sweep(10, soon).await.expect("the store works"), Swept::All(2));
}

/// The cleaner looks at such a record earlier than it must.
#[tokio::test]
async fn a_session_that_was_ended_after_it_had_expired_is_remembered_as_long_as_any() {
    let (store, _) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let late = record.times.expires.plus(HOUR);
    let was_there = store.delete(record.handle, Some(HOUR), Now::At(late)).await;
    assert!(!was_there.expect("the store works"));
    let sweep = async |now| store.sweep(10, Now::At(now)).await.expect("the store works");
    assert_eq!(sweep(late).await, Swept::All(0));
    let just_before = Timestamp::from_micros(late.plus(HOUR).micros() - 1);
    assert_eq!(sweep(just_before).await, Swept::All(0));
    let remembered = store.load(record.handle, Now::At(just_before)).await;
    assert!(remembered.expect("the store works").is_some_and(|record| record.is_ended()));
    assert_eq!(sweep(late.plus(HOUR)).await, Swept::All(1));
}
