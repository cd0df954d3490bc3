//! Batches: writes that wait together are one transaction, and a failed one fails alone.

use std::time::Instant;

use session_core::store::Inserted;
use session_core::{Now, Store as _, StoreError};
use session_sqlx::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::task::JoinSet;

use super::fixtures::{
    Database, HOUR, error_chain, execute, insert, is_unchanged, loaded, patient, store, stored,
    with,
};

/// Has this many inserts wait for the lock, every third of them labelled `bad`, and answers how
/// many were saved and how many failed.
async fn write_together(store: &SqliteStore, database: &Database, number: usize) -> (u32, u32) {
    let mut other = database.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE").await;
    let mut writes = JoinSet::new();
    for number in 0..number {
        let (store, label) = (store.clone(), ["good", "good", "bad"][number % 3]);
        writes.spawn(async move {
            let insert = with(insert(), |insert| insert.label = Some(label.into()));
            let handle = insert.handle;
            let answer = store.insert(insert, Now::Store).await;
            (label, handle, answer)
        });
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    execute(&mut other, "ROLLBACK").await;
    let (mut saved, mut failed) = (0, 0);
    for (label, handle, answer) in writes.join_all().await {
        let there = loaded(store, handle).await.is_some();
        match answer {
            Ok(Inserted::Saved(_)) => {
                saved += 1;
                assert!(there);
            }
            Err(StoreError::Failed(cause)) => {
                failed += 1;
                assert!(!there && label == "bad", "{label}: {cause}");
            }
            other => panic!("{label}: {other:?}"),
        }
    }
    (saved, failed)
}

#[tokio::test]
async fn writes_that_wait_together_are_one_transaction() {
    let (store, database) = store(patient()).await;
    stored(&store, insert()).await;
    let before = database.commits();
    assert_eq!(write_together(&store, &database, 100).await, (100, 0));
    assert_eq!(database.commits() - before, 1);
}

#[tokio::test]
async fn a_failed_write_fails_alone() {
    let (store, database) = store(patient()).await;
    database
        .execute(
            "CREATE TRIGGER bad AFTER INSERT ON sessions WHEN NEW.label = 'bad'
             BEGIN SELECT RAISE(ABORT, 'bad'); END",
        )
        .await;
    stored(&store, insert()).await;
    let before = database.commits();
    assert_eq!(write_together(&store, &database, 30).await, (20, 10));
    assert_eq!(database.commits() - before, 1);
}

/// SQLite takes back the whole transaction at some errors, such as a full disk. A trigger can ask
/// for the same.
#[tokio::test]
async fn a_failed_write_fails_alone_although_sqlite_rolls_back_all() {
    let (store, database) = store(patient()).await;
    database
        .execute(
            "CREATE TRIGGER bad AFTER INSERT ON sessions WHEN NEW.label = 'bad'
             BEGIN SELECT RAISE(ROLLBACK, 'bad'); END",
        )
        .await;
    stored(&store, insert()).await;
    assert_eq!(write_together(&store, &database, 30).await, (20, 10));
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 21);
}

#[tokio::test]
async fn a_full_disk_fails_the_writes_that_do_not_fit_and_no_others() {
    let database = Database::new();
    let options = SqliteConnectOptions::new().filename(&database.0).pragma("max_page_count", "200");
    let store = patient().connect_with(options).await;
    let store = store.expect("the file is ours");
    store.migrate().await.expect("the file is new");
    let record = stored(&store, insert()).await;
    let (mut saved, mut failed) = (1, 0);
    for _ in 0..10 {
        let large = with(insert(), |insert| insert.fields = vec![1; 100_000].into());
        let (large, small) =
            tokio::join!(store.insert(large, Now::Store), store.insert(insert(), Now::Store));
        assert!(matches!(small, Ok(Inserted::Saved(_))), "{small:?}");
        saved += 1;
        match large {
            Ok(_) => saved += 1,
            Err(error) => {
                failed += 1;
                assert!(error_chain(&error).contains("full"), "{}", error_chain(&error));
            }
        }
    }
    assert!(failed >= 2, "200 pages have no room for 10");
    assert!(is_unchanged(&store, &record).await);
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, saved);
    let removed = store.delete(record.handle, None, Now::Store).await;
    assert!(removed.expect("that needs no room"));
}

/// Inserts a record and changes it: two writes.
async fn write_twice(store: &SqliteStore) {
    let insert = insert();
    let handle = insert.handle;
    let inserted = store.insert(insert, Now::Store).await;
    assert!(matches!(inserted, Ok(Inserted::Saved(_))));
    let touched = store.touch(handle, HOUR, Now::Store).await;
    assert!(touched.expect("the store works"));
}

/// How many times as fast depends on the disk: it is printed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_there_are_fewer_commits_than_writes() {
    const CALLERS: u32 = 64;
    const EACH: u32 = 5;
    let (store, database) = store(patient()).await;
    stored(&store, insert()).await;

    let before = database.commits();
    let began = Instant::now();
    for _ in 0..50 {
        write_twice(&store).await;
    }
    let alone = 100.0 / began.elapsed().as_secs_f64();
    let commits = database.commits() - before;
    assert_eq!(commits, 100, "nobody else is there to wait with");

    let before = database.commits();
    let began = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let store = store.clone();
        callers.spawn(async move {
            for _ in 0..EACH {
                write_twice(&store).await;
            }
        });
    }
    callers.join_all().await;
    let writes = CALLERS * EACH * 2;
    let together = f64::from(writes) / began.elapsed().as_secs_f64();
    let commits = database.commits() - before;
    println!(
        "{alone:.0} writes/s by one caller; {together:.0} by {CALLERS}, {:.1} times as many; \
         {commits} commits for {writes} writes",
        together / alone
    );
    let few = usize::try_from(writes / 4).expect("it is small");
    assert!(commits < few, "{commits} commits for {writes} writes");
}
