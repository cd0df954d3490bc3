//! The queue: how many calls wait, for how long, and what is left of a caller that has gone.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_core::store::{Inserted, Updated};
use session_core::{Now, Store as _, StoreError};
use session_test_support::resilience::outlives_its_runtime;
use sqlx::sqlite::SqliteConnection;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::fixtures::{
    Database, execute, insert, is_unchanged, loaded, patient, store, stored, update_of, updated,
    with,
};

/// Another connection, which has the only lock until it is told to let go.
async fn hold(database: &Database) -> SqliteConnection {
    let mut other = database.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE").await;
    other
}

/// Lets every other task of this test's one thread come as far as it can.
async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

#[tokio::test]
async fn a_full_queue_refuses_a_write_at_once_and_reads_go_on() {
    let (store, database) = store(patient().queue(2)).await;
    let record = stored(&store, insert()).await;
    let mut other = hold(&database).await;
    let write = || {
        let store = store.clone();
        tokio::spawn(async move { store.insert(insert(), Now::Store).await })
    };
    let first = write();
    settle().await;
    let waiting = [write(), write()];
    settle().await;
    for _ in 0..10 {
        let refused = store.update(update_of(&record), Now::Store).await;
        let error = refused.expect_err("two wait already");
        assert!(matches!(error, StoreError::Overloaded(2)), "{error:?}");
    }
    assert!(!first.is_finished(), "they waited for nobody");
    assert!(is_unchanged(&store, &record).await, "a read waits for no write");
    execute(&mut other, "ROLLBACK").await;
    for write in [first].into_iter().chain(waiting) {
        let answer = write.await.expect("no panic");
        assert!(answer.is_ok(), "it was only late: {answer:?}");
    }
    assert!(matches!(updated(&store, update_of(&record)).await, Updated::Saved(_)));
}

#[tokio::test]
async fn an_abandoned_call_is_not_run() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let mut other = hold(&database).await;
    for _ in 0..5 {
        let write = store.insert(insert(), Now::Store);
        let left = timeout(Duration::from_millis(20), write).await;
        left.expect_err("another has the lock");
    }
    execute(&mut other, "ROLLBACK").await;
    assert!(matches!(updated(&store, update_of(&record)).await, Updated::Saved(_)));
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 1);
}

/// Whenever a caller leaves, its write has happened or not, and the others never notice.
#[tokio::test]
async fn a_caller_may_leave_at_any_moment() {
    let (store, _) = store(patient()).await;
    let mut record = stored(&store, insert()).await;
    let mut answered = 0;
    for patience in 0..120_u64 {
        let update = with(update_of(&record), |update| {
            update.fields = vec![u8::try_from(patience).expect("it is small"); 5000].into();
        });
        let fields = update.fields.clone();
        let write = store.update(update, Now::Store);
        let left = timeout(Duration::from_micros(patience * 100), write).await;
        let now = loaded(&store, record.handle).await.expect("it is there");
        if let Ok(answer) = left {
            answered += 1;
            // A conflict is with the one before, whose caller had left.
            if let Updated::Saved(_) = answer.expect("the store works") {
                assert_eq!(now.revision, record.revision + 1);
                assert!(now.fields == fields, "what was acknowledged is there");
            }
        }
        let first = now.fields[0];
        assert!(now.fields.iter().all(|byte| *byte == first), "it is whole");
        record = now;
    }
    println!("{answered} of 120 stayed for the answer; {} were saved", record.revision - 1);
}

#[test]
fn a_store_outlives_the_runtime_that_it_was_first_used_in() {
    outlives_its_runtime(async { store(patient()).await.0 });
}

#[test]
fn a_runtime_that_shuts_down_loses_no_acknowledged_write() {
    let runtime = || tokio::runtime::Runtime::new().expect("a runtime starts");
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let mut stores = runtime().block_on(async {
        let (store, database) = store(patient()).await;
        vec![store.clone(), database.store(patient()).await]
    });
    for _ in 0..5 {
        let short = runtime();
        for _ in 0..32 {
            let (store, acknowledged) = (stores[0].clone(), Arc::clone(&acknowledged));
            short.spawn(async move {
                loop {
                    let insert = insert();
                    let handle = insert.handle;
                    // Whose writer ends before them are told so.
                    let Ok(Inserted::Saved(_)) = store.insert(insert, Now::Store).await else {
                        return;
                    };
                    acknowledged.lock().expect("no panic").push(handle);
                }
            });
        }
        let many = acknowledged.lock().expect("no panic").len() + 100;
        while acknowledged.lock().expect("no panic").len() < many {
            std::thread::yield_now();
        }
        short.shutdown_timeout(Duration::from_mins(1));
        stores.rotate_left(1);
    }
    runtime().block_on(async {
        let acknowledged = std::mem::take(&mut *acknowledged.lock().expect("no panic"));
        for handle in acknowledged {
            assert!(loaded(&stores[0], handle).await.is_some());
        }
    });
}

#[tokio::test]
async fn the_connections_end_with_the_last_clone_of_the_store() {
    let (store, database) = store(patient()).await;
    let clone = store.clone();
    stored(&store, insert()).await;
    drop(store);
    stored(&clone, insert()).await;
    assert!(!database.is_alone().await);
    drop(clone);
    // They are closed by a thread of their own.
    for _ in 0..6000 {
        if database.is_alone().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a connection is still open");
}
