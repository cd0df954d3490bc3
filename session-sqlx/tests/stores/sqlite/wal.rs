//! The write-ahead log stays short.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use session_core::store::Updated;
use session_sqlx::SqliteStore;
use tokio::task::JoinSet;

use super::fixtures::{
    Database, execute, insert, is_unchanged, loaded, patient, store, stored, update_of, updated,
    with,
};

const MIB: usize = 1 << 20;

fn length(database: &Database) -> u64 {
    let log = std::fs::metadata(database.beside("-wal"));
    log.expect("the database is open").len()
}

async fn rewrite(store: &SqliteStore, handle: session_core::Handle, times: u8) {
    for number in 0..times {
        let record = loaded(store, handle).await.expect("it is there");
        let update = with(update_of(&record), |update| update.fields = vec![number; MIB].into());
        assert!(matches!(updated(store, update).await, Updated::Saved(_)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_stays_short_although_there_are_always_readers() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..8 {
        let (store, over, handle) = (store.clone(), Arc::clone(&over), record.handle);
        readers.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                loaded(&store, handle).await.expect("it is there");
            }
        });
    }
    let mut longest = 0;
    for _ in 0..10 {
        rewrite(&store, record.handle, 8).await;
        longest = longest.max(length(&database));
    }
    over.store(true, Ordering::Relaxed);
    readers.join_all().await;
    println!("at most {longest} bytes of log for 80 MiB of writes");
    assert!(longest < 40 << 20, "{longest} bytes");
}

/// A backup, say.
#[tokio::test]
async fn a_long_read_by_another_program_costs_space_and_no_write() {
    let (store, database) = store(patient()).await;
    let small = with(insert(), |insert| insert.principal = Some("ann".into()));
    let (kept, record) = (stored(&store, small).await, stored(&store, insert()).await);
    let mut other = database.connect().await;
    execute(&mut other, "BEGIN; SELECT count(*) FROM sessions").await;
    rewrite(&store, record.handle, 30).await;
    assert!(length(&database) > 20 << 20, "it could not be begun anew");
    execute(&mut other, "COMMIT").await;
    // The reader lets go in its own time; one of the next writes begins the log anew.
    for _ in 0..50 {
        rewrite(&store, record.handle, 1).await;
        if length(&database) < 8 << 20 {
            break;
        }
    }
    assert!(length(&database) < 8 << 20, "{} bytes", length(&database));
    assert!(is_unchanged(&store, &kept).await);
}
