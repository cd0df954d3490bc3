//! Heap-only updates: touches and updates of a session cost the table no index entry.

use session_core::store::Updated;
use session_core::{Now, Store as _};
use session_test_support::Postgres;

use super::fixtures::{
    Database, HOUR, insert, migrated, patient, stored, update_of, updated, with,
};

#[tokio::test]
async fn touches_and_updates_change_no_index() {
    // Not the shared server: a transaction anywhere on it would keep old versions in their places.
    let server = Postgres::start().await;
    let database = Database(server.database().await);
    let store = migrated(patient(), &database.0).await;
    let mut records = Vec::new();
    for number in 0..200 {
        let principal = (number % 2 == 0).then(|| format!("\"{number}\"").into());
        records.push(stored(&store, with(insert(), |insert| insert.principal = principal)).await);
    }
    for round in 0..20 {
        for record in &mut records {
            if round % 2 == 0 {
                assert!(
                    store.touch(record.handle, HOUR, Now::Store).await.expect("the store works")
                );
            } else {
                let answer = updated(&store, update_of(record)).await;
                assert!(matches!(answer, Updated::Saved(_)));
                record.revision += 1;
            }
        }
    }
    // A server process tells the statistics of its work when it ends.
    drop(store);
    database
        .until("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'sessions'", 4000)
        .await;
    let heap_only = "SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'sessions'";
    let heap_only = database.number(heap_only).await;
    let size = database.number("SELECT pg_table_size('sessions') / 200").await;
    println!("of 4000 updates {heap_only} were heap-only; {size} bytes a row");
    assert!(heap_only > 3900, "only {heap_only} of 4000 were heap-only");
}
