//! What is said when something is missing: the cause and the cure.

use std::error::Error;
use std::fmt::Debug;

use session_core::{Now, Store as _, StoreError};
use session_sqlx::{NewerVersion, NotMigrated};

use super::fixtures::{
    Database, error_chain, handle, insert, insert_of, is_unchanged, loaded, of_version, patient,
    store, stored,
};

/// What an error says with its causes, and that which it is for.
fn cause<E: Error + 'static>(answer: Result<impl Debug, StoreError>) -> (String, Box<E>) {
    let error = answer.expect_err("something is missing");
    let words = error_chain(&error);
    let StoreError::Failed(cause) = error else { panic!("{words}") };
    (words.clone(), cause.downcast().unwrap_or_else(|_| panic!("{words}")))
}

#[tokio::test]
async fn a_statement_before_migrate_fails_and_names_migrate() {
    let database = Database::new();
    let store = database.unmigrated(patient()).await;
    let load = store.load(handle(), Now::Store).await.map(drop);
    let insert = store.insert(insert(), Now::Store).await.map(drop);
    let sweep = store.sweep(1, Now::Store).await.map(drop);
    for answer in [load, insert, sweep] {
        let (words, error) = cause::<NotMigrated>(answer);
        assert!(words.contains("is missing: call `migrate()`"), "{words}");
        assert!(error.source().is_some());
    }
    store.migrate().await.expect("the name is free");
    assert_eq!(loaded(&store, handle()).await, None);
}

#[tokio::test]
async fn a_log_in_before_the_second_migration_fails_and_names_migrate() {
    let database = of_version(1).await;
    let store = database.unmigrated(patient()).await;
    let record = stored(&store, insert()).await;
    let log_in = store.insert(insert_of("ann"), Now::Store).await.map(drop);
    let revocation = store.delete_all("ann", None, Now::Store).await.map(drop);
    for answer in [log_in, revocation] {
        let (words, _) = cause::<NotMigrated>(answer);
        let told = "is of version 1, and this program needs version 3: call `migrate()`";
        assert!(words.contains(told), "{words}");
    }
    assert!(is_unchanged(&store, &record).await);
    store.migrate().await.expect("the name is free");
    assert!(is_unchanged(&store, &record).await);
    stored(&store, insert_of("ann")).await;
}

#[tokio::test]
async fn a_newer_table_that_does_not_work_is_no_case_for_migrate() {
    let (store, database) = store(patient()).await;
    database
        .execute(
            "ALTER TABLE sessions RENAME COLUMN fields TO contents;
             INSERT INTO sessions_versions (version, applied, oldest) VALUES (9, 0, 9)",
        )
        .await;
    for answer in [
        store.load(handle(), Now::Store).await.map(drop),
        store.insert(insert(), Now::Store).await.map(drop),
    ] {
        let (words, newer) = cause::<NewerVersion>(answer);
        assert_eq!((newer.found, newer.oldest, newer.known), (9, 9, 3));
        assert!(!words.contains("migrate()"), "{words}");
    }
}

/// Somebody's trigger writes to what is not there.
#[tokio::test]
async fn what_is_missing_beside_the_table_is_told_as_sqlite_says_it() {
    let (store, database) = store(patient()).await;
    database
        .execute(
            "CREATE TRIGGER theirs AFTER INSERT ON sessions BEGIN
                INSERT INTO audit VALUES (NEW.handle);
             END",
        )
        .await;
    let (words, _) = cause::<sqlx::Error>(store.insert(insert(), Now::Store).await);
    assert!(words.contains("audit") && !words.contains("migrate()"), "{words}");
}
