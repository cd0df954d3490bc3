//! The table comes to be, once.

use std::error::Error as _;

use session_core::{Now, Store as _, StoreError};
use session_sqlx::sqlite::{MigrateError, NotMigrated};
use tokio::task::JoinSet;

use crate::sample::{
    Database, handle, insert, is_unchanged, loaded, patient, store, stored, story,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_programs_open_and_migrate_at_once() {
    for _ in 0..10 {
        let database = Database::new();
        let mut programs = JoinSet::new();
        for number in 0..8 {
            let database = database.clone();
            programs.spawn(async move {
                let builder = patient().table(["a", "b"][number % 2]);
                let store = builder.open(&database.0).await.map_err(|error| story(&error))?;
                store.migrate().await.map_err(|error| story(&error))
            });
        }
        for done in programs.join_all().await {
            done.expect("a program finds the work done, or does it");
        }
        for table in ["a", "b"] {
            let steps = format!("SELECT count(*) FROM {table}_versions");
            assert_eq!(database.number(&steps).await, 1);
        }
    }
}

#[tokio::test]
async fn migrating_again_changes_nothing_and_waits_for_nobody() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let applied = "SELECT applied FROM sessions_versions";
    let before = database.number(applied).await;
    let mut other = database.connect().await;
    crate::sample::execute(&mut other, "BEGIN IMMEDIATE").await;
    store.migrate().await.expect("there is nothing to do");
    assert_eq!(database.number(applied).await, before);
    assert!(is_unchanged(&store, &record).await);
}

#[tokio::test]
async fn tables_of_two_names_do_not_meet() {
    let database = Database::new();
    let mut records = Vec::new();
    for table in ["sessions", "logins", "select"] {
        let store = database.store(patient().table(table)).await;
        for other in &records {
            assert_eq!(loaded(&store, *other).await, None);
        }
        records.push(stored(&store, insert()).await.handle);
    }
    let count = r#"SELECT count(*) FROM "select""#;
    assert_eq!(database.number(count).await, 1);
}

#[tokio::test]
async fn a_statement_before_migrate_names_the_cure() {
    let database = Database::new();
    let store = database.unmigrated(patient()).await;
    let load = store.load(handle(), Now::Store).await.map(drop);
    let insert = store.insert(insert(), Now::Store).await.map(drop);
    let sweep = store.sweep(1, Now::Store).await.map(drop);
    for answer in [load, insert, sweep] {
        let error = answer.expect_err("there is no table");
        let told = story(&error);
        assert!(told.contains("call `migrate()`"), "{told}");
        let StoreError::Failed(cause) = error else { panic!("{error}") };
        let cause = cause.downcast_ref::<NotMigrated>().expect("it is this");
        assert!(cause.source().is_some());
    }
    store.migrate().await.expect("the name is free");
    assert_eq!(loaded(&store, handle()).await, None);
}

#[tokio::test]
async fn a_table_of_a_newer_version_is_refused() {
    let (store, database) = store(patient()).await;
    database.execute("INSERT INTO sessions_versions VALUES (99, 0)").await;
    let error = store.migrate().await;
    let error = error.expect_err("the table is from the future");
    let MigrateError::Newer { found, known, .. } = error else { panic!("{error:?}") };
    assert_eq!((found, known), (99, 1));
}

#[tokio::test]
async fn somebody_elses_table_is_left_alone() {
    for theirs in [
        "CREATE TABLE Sessions (id INTEGER)",
        "CREATE TABLE a (b); CREATE INDEX sessions_by_principal ON a (b)",
    ] {
        let database = Database::new();
        let store = database.unmigrated(patient()).await;
        database.execute(theirs).await;
        let before = database.number("SELECT count(*) FROM sqlite_schema").await;
        let error = store.migrate().await.expect_err("the name is taken");
        assert!(matches!(error, MigrateError::Occupied { .. }), "{error:?}");
        let after = database.number("SELECT count(*) FROM sqlite_schema").await;
        assert_eq!(after, before, "nothing is left behind");
    }
}

#[tokio::test]
async fn a_program_that_works_goes_on_while_the_table_is_migrated_again_by_another() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    database.execute("ALTER TABLE sessions ADD COLUMN later TEXT").await;
    assert!(is_unchanged(&store, &record).await);
    stored(&store, insert()).await;
}
