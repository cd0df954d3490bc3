//! The health of a store, and a backup that is restored.

use std::fs;

use session_core::{Now, Store as _, StoreError};
use session_sqlx::sqlite::{FileReplaced, NewerVersion, NotMigrated};

use super::fixtures::{
    Database, error_chain, insert, insert_of, is_unchanged, listed, loaded, patient, store, stored,
    update_of,
};
use crate::newer_table;

#[tokio::test]
async fn a_store_in_order_is_healthy_and_one_that_is_not_migrated_is_not() {
    let database = Database::new();
    let store = database.unmigrated(patient()).await;
    let StoreError::Failed(cause) = store.health().await.expect_err("there is no table") else {
        panic!("it says why")
    };
    assert!(cause.is::<NotMigrated>(), "{cause}");
    store.migrate().await.expect("the name is free");
    assert_eq!(store.health().await.expect("it is there").warnings(), [""; 0]);
}

#[tokio::test]
async fn a_newer_table_is_worth_a_warning_or_an_error() {
    let (store, database) = store(patient()).await;
    database.execute("INSERT INTO sessions_versions VALUES (4, 0, 3)").await;
    let health = store.health().await.expect("it works with the table");
    assert!(health.to_string().contains("version 4"), "{health}");
    database.execute("INSERT INTO sessions_versions VALUES (5, 0, 5)").await;
    let StoreError::Failed(cause) = store.health().await.expect_err("it does not") else {
        panic!("it says why")
    };
    assert!(cause.is::<NewerVersion>(), "{cause}");
}

#[tokio::test]
async fn a_file_that_was_removed_or_replaced_under_the_store_is_told() {
    for replaced in [false, true] {
        let (store, database) = store(patient()).await;
        stored(&store, insert()).await;
        let backup = database.beside(".backup");
        database.execute(&format!("VACUUM INTO '{}'", backup.display())).await;
        assert!(store.health().await.is_ok());
        if replaced {
            fs::rename(&backup, &database.0).expect("it is ours");
        } else {
            fs::remove_file(&database.0).expect("it is ours");
        }
        let error = store.health().await.expect_err("the file is gone");
        let words = error_chain(&error);
        let StoreError::Failed(cause) = error else { panic!("{words}") };
        assert!(cause.is::<FileReplaced>(), "{words}");
        for part in ["sessions.db", "removed or replaced", "stop the program", "`-wal`"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(replaced || !database.0.exists(), "nothing is created in its place");
    }
}

/// The connections that are open would still write to the file that was there.
#[tokio::test]
async fn nothing_is_answered_out_of_a_file_that_was_removed_or_replaced() {
    for replaced in [false, true] {
        let (store, database) = store(patient()).await;
        let record = stored(&store, insert()).await;
        let aside = database.beside(".aside");
        let backup = database.beside(".backup");
        database.execute(&format!("VACUUM INTO '{}'", backup.display())).await;
        fs::rename(&database.0, &aside).expect("it is ours");
        if replaced {
            fs::copy(&backup, &database.0).expect("it is ours");
        }
        let errors = [
            store.load(record.handle, Now::Store).await.err(),
            store.insert(insert(), Now::Store).await.err(),
            store.update(update_of(&record), Now::Store).await.err(),
            store.delete(record.handle, None, Now::Store).await.err(),
        ];
        for error in errors {
            let Some(StoreError::Failed(cause)) = error else { panic!("{error:?}") };
            assert!(cause.is::<FileReplaced>(), "{cause}");
        }
        fs::rename(&aside, &database.0).expect("it is ours");
        assert!(is_unchanged(&store, &record).await, "it is there again");
        assert!(store.delete(record.handle, None, Now::Store).await.expect("the store works"));
    }
}

/// As the guide says. The program was killed: its log is left beside the file.
#[tokio::test]
async fn a_backup_is_restored_without_what_was_written_after_it() {
    let (running, database) = store(patient()).await;
    let kept = stored(&running, insert_of("ann")).await;
    let backup = database.beside(".backup");
    database.execute(&format!("VACUUM INTO '{}'", backup.display())).await;
    let later = stored(&running, insert_of("ann")).await;
    running.delete(kept.handle, None, Now::Store).await.expect("the store works");
    // What a killed program leaves behind, in another directory.
    let left = Database::new();
    for suffix in ["", "-wal"] {
        let copied = fs::copy(database.beside(suffix), left.beside(suffix)).expect("it is there");
        assert!(copied > 0, "{suffix} has what was written");
    }
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(left.beside(suffix)).ok();
    }
    fs::rename(&backup, &left.0).expect("it is ours");
    let restored = left.store(patient()).await;
    assert!(is_unchanged(&restored, &kept).await);
    assert_eq!(loaded(&restored, later.handle).await, None);
    assert_eq!(listed(&restored, "ann").await, [kept.handle]);
    assert_eq!(left.text("PRAGMA integrity_check").await, "ok");
    restored.delete(kept.handle, None, Now::Store).await.expect("the store works");
    newer_table::works(&restored).await;
}
