//! Concurrent updates: one wins, and the others are answered with the current record.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use session_core::Now;
use session_core::Store as _;
use session_core::store::Updated;
use session_sqlx::PostgresStore;
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::task::JoinSet;

use super::fixtures::{
    Database, insert, loaded, migrated, patient, store, stored, update_of, updated, with,
};

const TASKS: u64 = 32;
const SAVES: u64 = 40;

/// Two nodes, one session: no save is lost, no revision has two winners, and no conflict shows
/// less than what was acknowledged before the call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_shows_every_write_that_was_acknowledged_before() {
    let (one, database) = store(patient()).await;
    let two = migrated(patient(), &database.0).await;
    let first = stored(&one, insert()).await;
    let acknowledged = Arc::new(AtomicU64::new(first.revision));
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        let store = if number % 2 == 0 { one.clone() } else { two.clone() };
        let acknowledged = Arc::clone(&acknowledged);
        let mut current = first.clone();
        tasks.spawn(async move {
            let mut conflicts = 0_u64;
            let mut saves = 0;
            while saves < SAVES {
                let before = acknowledged.load(Ordering::SeqCst);
                match updated(&store, update_of(&current)).await {
                    Updated::Saved(_) => {
                        saves += 1;
                        current.revision += 1;
                        let latest = acknowledged.fetch_max(current.revision, Ordering::SeqCst);
                        assert_ne!(latest, current.revision, "a revision has one winner");
                    }
                    Updated::Conflict(now) => {
                        conflicts += 1;
                        assert!(now.revision >= before, "{} after {before}", now.revision);
                        assert_ne!(now.revision, current.revision, "a conflict is with another");
                        current = *now;
                    }
                    other => panic!("the record is there: {other:?}"),
                }
            }
            conflicts
        });
    }
    let conflicts: u64 = tasks.join_all().await.iter().sum();
    let last = loaded(&one, first.handle).await.expect("it is there");
    assert_eq!(last.revision, 1 + TASKS * SAVES);
    println!("{} saves met {conflicts} conflicts", TASKS * SAVES);
}

/// What an update answers that had to wait for `change` to be committed.
async fn update_that_waited_for(change: &str) -> (Updated, Database, PostgresStore) {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let mut other = database.connect().await;
    let mut transaction = other.begin().await.expect("the server is up");
    sqlx::raw_sql(AssertSqlSafe(change)).execute(&mut *transaction).await.expect("it is right");
    let waiting = tokio::spawn({
        let store = store.clone();
        let update = with(update_of(&record), |update| update.fields = vec![9].into());
        async move { updated(&store, update).await }
    });
    database.until_blocked(1).await;
    transaction.commit().await.expect("the server is up");
    (waiting.await.expect("it does not panic"), database, store)
}

#[tokio::test]
async fn an_update_that_waited_for_a_delete_finds_the_record_gone() {
    let (answer, database, _) = update_that_waited_for("DELETE FROM sessions").await;
    assert_eq!(answer, Updated::Gone);
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 0);
}

#[tokio::test]
async fn an_update_that_waited_for_an_expiry_finds_the_record_gone() {
    let change = "UPDATE sessions SET expires = now() - interval '1 s'";
    let (answer, database, _) = update_that_waited_for(change).await;
    assert_eq!(answer, Updated::Gone);
    let untouched = "SELECT count(*) FROM sessions WHERE revision = 1 AND expires < now()";
    assert_eq!(database.number(untouched).await, 1);
}

#[tokio::test]
async fn an_update_that_waited_for_another_is_answered_with_that_one() {
    let change = r"UPDATE sessions SET revision = 2, fields = '\xabcd'";
    let (answer, _, store) = update_that_waited_for(change).await;
    let Updated::Conflict(record) = answer else { panic!("{answer:?}") };
    assert_eq!((record.revision, &record.fields[..]), (2, &[0xab, 0xcd][..]));
    assert_eq!(loaded(&store, record.handle).await.map(|record| record.revision), Some(2));
}

#[tokio::test]
async fn an_update_that_waited_for_a_touch_is_saved() {
    let change = "UPDATE sessions SET expires = expires + interval '1 min'";
    let (answer, _, _) = update_that_waited_for(change).await;
    assert!(matches!(answer, Updated::Saved(_)), "{answer:?}");
}

#[tokio::test]
async fn an_update_at_a_revision_that_never_was_is_a_conflict() {
    let (store, _) = store(patient()).await;
    let record = stored(&store, insert()).await;
    for revision in [0, 2, u64::MAX / 2, u64::MAX] {
        let update = with(update_of(&record), |update| update.revision = revision);
        let answer = store.update(update, Now::Store).await.expect("the store works");
        assert!(matches!(answer, Updated::Conflict(_)), "{revision}: {answer:?}");
    }
}
