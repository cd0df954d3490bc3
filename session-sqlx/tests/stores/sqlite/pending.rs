//! The dry run of a migration.

use session_sqlx::sqlite::{MigrateError, Pending, PendingMigration};

use super::fixtures::{Database, execute, insert, of_version, patient, store, stored};
use crate::newer_table;

/// All that there is in a file, in words, but for the moments at which versions were applied.
const CONTENTS: &str =
    "SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema ORDER BY name)";

async fn versions(database: &Database, versions: &str) -> String {
    let sql = format!("SELECT group_concat(version || ' ' || oldest, ', ') FROM {versions}");
    database.text(&sql).await
}

async fn run_by_hand(database: &Database, pending: &Pending) {
    database.execute(&pending.to_string()).await;
}

#[tokio::test]
async fn what_is_pending_run_by_hand_leaves_what_migrate_leaves() {
    for (builder, table) in [
        (patient(), "sessions_versions"),
        (
            patient().table("it's my-\"table\":\"table\""),
            r#""it's my-""table"":""table""_versions""#,
        ),
    ] {
        let (by_hand, by_migrate) = (Database::new(), Database::new());
        let store = by_migrate.store(builder.clone()).await;
        stored(&store, insert()).await;
        let store = by_hand.unmigrated(builder).await;
        let pending = store.pending().await.expect("there is nothing yet");
        let found: Vec<_> = pending.migrations().iter().map(PendingMigration::version).collect();
        assert_eq!(found, [1, 2, 3]);
        assert_eq!(by_hand.number("SELECT count(*) FROM sqlite_schema").await, 0);
        run_by_hand(&by_hand, &pending).await;
        assert_eq!(by_hand.text(CONTENTS).await, by_migrate.text(CONTENTS).await);
        assert_eq!(versions(&by_hand, table).await, versions(&by_migrate, table).await);
        let late =
            format!("SELECT count(*) FROM {table} WHERE abs(applied / 1e6 - unixepoch()) < 60");
        assert_eq!(by_hand.number(&late).await, 3, "a moment in microseconds");
        let nothing = store.pending().await.expect("the table is there");
        assert!(nothing.is_empty() && nothing.to_string().starts_with("-- There is nothing"));
        store.migrate().await.expect("there is nothing to do");
        newer_table::works(&store).await;
    }
}

#[tokio::test]
async fn what_an_older_table_lacks_is_pending_and_nobody_is_waited_for() {
    for version in [1, 2] {
        let (by_hand, by_migrate) = (of_version(version).await, of_version(version).await);
        let store = by_hand.unmigrated(patient()).await;
        let mut other = by_hand.connect().await;
        execute(&mut other, "BEGIN IMMEDIATE").await;
        let pending = store.pending().await.expect("the table is older");
        execute(&mut other, "ROLLBACK").await;
        assert_eq!(pending.migrations().len(), 3 - version);
        run_by_hand(&by_hand, &pending).await;
        by_migrate.store(patient()).await;
        assert_eq!(by_hand.text(CONTENTS).await, by_migrate.text(CONTENTS).await);
        let table = "sessions_versions";
        assert_eq!(versions(&by_hand, table).await, versions(&by_migrate, table).await);
        newer_table::works(&store).await;
    }
}

#[tokio::test]
async fn what_migrate_refuses_a_dry_run_refuses() {
    let database = Database::new();
    let unmigrated = database.unmigrated(patient()).await;
    database.execute("CREATE TABLE sessions (id INTEGER)").await;
    let error = unmigrated.pending().await.expect_err("the name is taken");
    assert!(matches!(error, MigrateError::Occupied { .. }), "{error:?}");
    let (store, database) = store(patient()).await;
    database.execute("INSERT INTO sessions_versions VALUES (99, 0, 7)").await;
    let error = store.pending().await.expect_err("the table is from the future");
    assert!(matches!(error, MigrateError::NewerVersion(_)), "{error:?}");
}

#[tokio::test]
async fn any_name_of_the_table_works() {
    for (table, quoted) in [
        ("my-app", "\"my-app\""),
        ("1 st's", "\"1 st's\""),
        ("a\"; DROP TABLE users; --", "\"a\"\"; DROP TABLE users; --\""),
        (":\"table\"", "\":\"\"table\"\"\""),
        ("schéma.b", "\"schéma.b\""),
    ] {
        let (store, database) = store(patient().table(table)).await;
        newer_table::works(&store).await;
        stored(&store, insert()).await;
        assert_eq!(database.number(&format!("SELECT count(*) FROM {quoted}")).await, 1);
    }
}
