//! Deadlocks: batches do not cause them, and those that others cause are nobody's error.

use session_core::store::Updated;
use session_core::{Now, Store as _};
use session_sqlx::PostgresStore;
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::task::JoinSet;

use super::fixtures::{
    HOUR, database, insert, migrated, patient, store, stored, update_of, updated,
};
use super::held::{Held, records};

/// Two nodes change the same sessions at once, each in an order of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_in_opposite_orders_never_wait_for_each_other() {
    let (one, database) = store(patient().workers(4)).await;
    let two = migrated(patient().workers(4), &database.0).await;
    let mut records = Vec::new();
    for _ in 0..60 {
        records.push(stored(&one, insert()).await);
    }
    let mut saved = 0;
    for round in 0..30 {
        let mut calls = JoinSet::new();
        let mut call = |number: usize, store: &PostgresStore| {
            let (store, record) = (store.clone(), records[number].clone());
            calls.spawn(async move {
                if round % 3 == 0 {
                    let touched = store.touch(record.handle, HOUR, Now::Store).await;
                    assert!(touched.expect("the store works"));
                    return false;
                }
                let mut update = update_of(&record);
                update.persistent = round % 3 == 1;
                matches!(updated(&store, update).await, Updated::Saved(_))
            });
        };
        for number in 0..records.len() {
            call(number, &one);
            call(records.len() - 1 - number, &two);
        }
        let winners = calls.join_all().await.into_iter().filter(|saved| *saved).count();
        saved += winners;
        for record in &mut records {
            record.revision += u64::from(winners > 0);
        }
    }
    assert_eq!(saved, 20 * records.len(), "of two updates one is saved");
    // A server process tells the statistics of its work when it ends.
    drop((one, two));
    let others = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'session-sqlx'";
    database.until(others, 0).await;
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(database.number(deadlocks).await, 0);
}

/// Somebody at a prompt locks rows in the wrong order, and waits longer than the store's statement,
/// which the server then undoes.
#[tokio::test]
async fn an_update_that_the_server_undoes_for_a_deadlock_is_saved_after_it() {
    let database = database().await;
    // A statement looks for a deadlock once, after this long: until then there must be one.
    database
        .execute(
            "DO $$ BEGIN EXECUTE format(
                'ALTER DATABASE %I SET deadlock_timeout = ''5s''', current_database()
            ); END $$",
        )
        .await;
    let held = Held::on(database).await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let records = records(2, &database).await;
    let mut other = database.connect().await;
    let lock = |number: usize| {
        let handle = records[number].handle;
        AssertSqlSafe(format!("SELECT FROM sessions WHERE handle = '{handle}' FOR UPDATE"))
    };
    other.execute("SET deadlock_timeout = '1min'; BEGIN").await.expect("the server is up");
    other.execute(lock(1)).await.expect("nobody has it");
    let calls = [0, 1].map(|number: usize| {
        let (store, update) = (store.clone(), update_of(&records[number]));
        async move { updated(&store, update).await }
    });
    let meanwhile = async {
        database.until_blocked_by(&mut other).await;
        other.execute(lock(0)).await.expect("the other statement was undone");
        other.execute("ROLLBACK").await.expect("the server is up");
    };
    let (answers, ()) = tokio::join!(held.ask(calls), meanwhile);
    for answer in answers {
        assert!(matches!(answer, Updated::Saved(_)), "{answer:?}");
    }
    drop(store);
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    database.until(deadlocks, 1).await;
}
