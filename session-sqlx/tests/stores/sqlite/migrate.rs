//! Migrations of the table.

use session_sqlx::sqlite::MigrateError;
use session_test_support::Warnings;
use tokio::task::JoinSet;

use super::fixtures::{
    Database, error_chain, execute, insert, insert_of, is_unchanged, listed, loaded, of_version,
    patient, store, stored,
};
use crate::dumps::{self, dumps};
use crate::newer_table;

/// The last version that the library knows.
const LATEST: i64 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_programs_open_and_migrate_at_once() {
    for _ in 0..10 {
        let database = Database::new();
        let mut programs = JoinSet::new();
        for number in 0..8 {
            let database = database.clone();
            programs.spawn(async move {
                let builder = patient().table(["a", "b"][number % 2]);
                let store = builder.open(&database.0).await.map_err(|error| error_chain(&error))?;
                store.migrate().await.map_err(|error| error_chain(&error))
            });
        }
        for done in programs.join_all().await {
            done.expect("a program finds the work done, or does it");
        }
        for table in ["a", "b"] {
            let steps = format!("SELECT count(*) FROM {table}_versions");
            assert_eq!(database.number(&steps).await, LATEST);
        }
    }
}

#[tokio::test]
async fn migrating_again_changes_nothing_and_waits_for_nobody() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let applied = "SELECT sum(applied) FROM sessions_versions";
    let before = database.number(applied).await;
    let mut other = database.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE").await;
    store.migrate().await.expect("there is nothing to do");
    assert_eq!(database.number(applied).await, before);
    assert!(is_unchanged(&store, &record).await);
}

#[tokio::test]
async fn tables_of_different_names_are_separate() {
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
async fn a_newer_table_that_works_with_this_program_is_used_as_it_is() {
    let (_, database) = store(patient()).await;
    database
        .execute(&format!(
            "ALTER TABLE sessions ADD COLUMN later TEXT; ALTER TABLE sessions ADD COLUMN place TEXT;
             CREATE TABLE sessions_later (id INTEGER);
             INSERT INTO sessions_versions (version, applied, oldest)
             VALUES ({LATEST} + 1, 0, {LATEST})"
        ))
        .await;
    let warnings = Warnings::capture();
    let store = database.unmigrated(patient()).await;
    assert_eq!(warnings.take(), [""; 0]);
    let mut other = database.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE").await;
    store.migrate().await.expect("it works with the table, and waits for nobody");
    store.clone().migrate().await.expect("it works with the table");
    execute(&mut other, "ROLLBACK").await;
    newer_table::works(&store).await;
    let said = warnings.take();
    assert_eq!(said.len(), 1, "{said:#?}");
    for part in ["a newer release", "table=sessions", "found=4", "known=3"] {
        assert!(said[0].contains(part), "{part}: {}", said[0]);
    }
    assert_eq!(database.number("SELECT count(*) FROM sessions_versions").await, LATEST + 1);
}

#[tokio::test]
async fn a_newer_table_that_does_not_work_with_this_program_is_refused() {
    let (store, database) = store(patient()).await;
    let warnings = Warnings::capture();
    for (insert, oldest) in [
        ("INSERT INTO sessions_versions (version, applied, oldest) VALUES (99, 0, 7)", 7),
        ("UPDATE sessions_versions SET oldest = NULL", 99),
        ("ALTER TABLE sessions_versions DROP COLUMN oldest", 99),
    ] {
        database.execute(insert).await;
        let error = store.migrate().await.expect_err("the table is from the future");
        let told = error.to_string();
        let MigrateError::NewerVersion(newer) = error else { panic!("{error:?}") };
        assert_eq!((newer.found, newer.oldest, newer.known), (99, oldest, LATEST));
        assert!(told.contains(&format!("the oldest that works with it knows version {oldest}")));
    }
    assert_eq!(warnings.take(), [""; 0]);
}

#[tokio::test]
async fn somebody_elses_table_is_left_alone() {
    for theirs in [
        "CREATE TABLE Sessions (id INTEGER)",
        "CREATE TABLE a (b); CREATE INDEX sessions_by_principal ON a (b)",
        "CREATE TABLE sessions_revocations (id INTEGER)",
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
async fn a_running_program_works_on_after_another_has_migrated_the_table() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    database.execute("ALTER TABLE sessions ADD COLUMN later TEXT").await;
    assert!(is_unchanged(&store, &record).await);
    stored(&store, insert()).await;
}

#[tokio::test]
async fn a_table_of_each_version_is_migrated_with_its_live_sessions() {
    let dumps = dumps!("sqlite": 1, 2, 3);
    assert_eq!(i64::from(dumps[dumps.len() - 1].0), LATEST);
    for (version, dump) in dumps {
        let database = Database::new();
        let store = database.unmigrated(patient()).await;
        database.execute(dump).await;
        store.migrate().await.expect("nothing stands in the way");
        dumps::sessions_live_on(&store, version).await;
        newer_table::works(&store).await;
    }
}

/// What a program of an older version runs, beside those of the new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_of_older_versions_work_on_beside_those_that_migrate() {
    let log_in = "INSERT INTO sessions (handle, digest, revision, principal, fields, persistent,
            created, authenticated, seen, expires, absolute, sweep_at)
        VALUES (randomblob(16), randomblob(32), 1, 'ann', x'', 0, 1, 1, 1, 1 << 60, 1 << 60, 1)";
    for version in [1, 2] {
        let database = of_version(version).await;
        let mut old = database.connect().await;
        execute(&mut old, log_in).await;
        let mut programs = JoinSet::new();
        for _ in 0..8 {
            let database = database.clone();
            programs.spawn(async move { database.store(patient()).await });
        }
        let stores = programs.join_all().await;
        assert_eq!(database.number("SELECT sum(version) FROM sessions_versions").await, 6);
        assert_eq!(
            database.number("SELECT oldest FROM sessions_versions ORDER BY version DESC").await,
            2
        );
        execute(&mut old, log_in).await;
        assert_eq!(listed(&stores[0], "ann").await.len(), 2);
        execute(
            &mut old,
            "UPDATE sessions SET principal = 'bob', revision = 2
            WHERE rowid = (SELECT min(rowid) FROM sessions)",
        )
        .await;
        assert_eq!(listed(&stores[0], "ann").await.len(), 1);
        stored(&stores[1], insert_of("ann")).await;
        execute(&mut old, "DELETE FROM sessions WHERE principal IN ('ann', 'bob')").await;
        assert_eq!(listed(&stores[2], "ann").await, []);
        newer_table::works(&stores[3]).await;
    }
}
