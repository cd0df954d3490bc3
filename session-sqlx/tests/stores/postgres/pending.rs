//! The dry run of a migration, and the limits that do not bind one.

use std::io::Write as _;
use std::process::{Command, Stdio};

use session_sqlx::{MigrateError, Pending, PendingMigration};
use sqlx::Connection as _;

use super::fixtures::{
    Database, database, insert, insert_of, of_version, patient, stored, unmigrated,
};
use crate::newer_table;

/// All that there is in a database, in words, but for the moments at which versions were applied.
const CONTENTS: &str = "
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        SELECT format('column %s.%s %s %s %s', table_schema, table_name, column_name, data_type, column_default)
        FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname <> 'pg_catalog'
        UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
        UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p JOIN pg_namespace AS n
            ON n.oid = pronamespace WHERE nspname NOT IN ('pg_catalog', 'information_schema')
        UNION ALL SELECT table_to_xml(c.oid, true, true, '')::text FROM pg_class AS c
            WHERE relname NOT LIKE '%versions' AND relkind = 'r' AND relname LIKE '%sess%'
    ) AS lines (line)";

async fn versions(database: &Database, versions: &str) -> String {
    let sql = format!(
        "SELECT string_agg(format('%s %s', version, oldest), ', ' ORDER BY version) FROM {versions}"
    );
    database.text(&sql).await
}

/// Runs what is shown of it, as a person would.
fn run_by_hand(database: &Database, pending: &Pending) {
    let mut psql = Command::new("psql")
        .args([&database.0, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("psql is installed");
    let mut stdin = psql.stdin.take().expect("it is piped");
    stdin.write_all(format!("{pending}\n").as_bytes()).expect("psql reads");
    drop(stdin);
    assert!(psql.wait().expect("psql runs").success());
}

#[tokio::test]
async fn what_is_pending_run_by_hand_leaves_what_migrate_leaves() {
    for (builder, table) in [
        (patient(), "sessions_versions"),
        (patient().schema("app"), "app.sessions_versions"),
        (
            patient().schema("my-app $$").table(":now it's \"sess\""),
            r#""my-app $$".":now it's ""sess""_versions""#,
        ),
    ] {
        let (by_hand, by_migrate) = (database().await, database().await);
        let store = unmigrated(builder.clone(), &by_migrate).await;
        store.migrate().await.expect("nothing stands in the way");
        let store = unmigrated(builder, &by_hand).await;
        let before = by_hand.text(CONTENTS).await;
        let pending = store.pending().await.expect("there is nothing yet");
        let found: Vec<_> = pending.migrations().iter().map(PendingMigration::version).collect();
        assert_eq!(found, [1, 2, 3, 4, 5, 6]);
        assert_eq!(by_hand.text(CONTENTS).await, before, "nothing is changed");
        run_by_hand(&by_hand, &pending);
        assert_eq!(by_hand.text(CONTENTS).await, by_migrate.text(CONTENTS).await);
        assert_eq!(versions(&by_hand, table).await, versions(&by_migrate, table).await);
        let nothing = store.pending().await.expect("the table is there");
        assert!(nothing.is_empty() && nothing.migrations().is_empty());
        assert!(nothing.to_string().starts_with("-- There is nothing to do"), "{nothing}");
        store.migrate().await.expect("there is nothing to do");
        newer_table::works(&store).await;
    }
}

#[tokio::test]
async fn what_an_older_table_lacks_is_pending() {
    for version in 1..=5 {
        let (by_hand, by_migrate) = (of_version(version).await, of_version(version).await);
        let stores =
            (unmigrated(patient(), &by_hand).await, unmigrated(patient(), &by_migrate).await);
        let pending = stores.0.pending().await.expect("the table is older");
        let first = pending.migrations().first().map(PendingMigration::version);
        assert_eq!(first, i64::try_from(version).ok().map(|version| version + 1));
        run_by_hand(&by_hand, &pending);
        stores.1.migrate().await.expect("nothing stands in the way");
        assert_eq!(by_hand.text(CONTENTS).await, by_migrate.text(CONTENTS).await);
        let table = "sessions_versions";
        assert_eq!(versions(&by_hand, table).await, versions(&by_migrate, table).await);
        newer_table::works(&stores.0).await;
    }
}

#[tokio::test]
async fn a_role_that_may_only_read_sees_what_is_pending() {
    let database = of_version(3).await;
    database
        .execute(
            "CREATE ROLE auditor LOGIN;
             GRANT SELECT ON sessions_versions TO auditor",
        )
        .await;
    let theirs = Database(database.0.replace("postgres@", "auditor@"));
    let pending = unmigrated(patient(), &theirs).await.pending().await.expect("it may read");
    assert_eq!(pending.migrations().len(), 3);
    let store = unmigrated(patient(), &database).await;
    assert_eq!(store.pending().await.expect("it may read"), pending);
    let last = pending.migrations().last().expect("there are three").sql();
    assert!(last.contains(r#"CREATE FUNCTION "sessions_admit""#), "{last}");
    assert!(last.ends_with(r#"INSERT INTO "sessions_versions" (version, oldest) VALUES (6, 4);"#));
}

/// Somebody holds the lock for longer than the role's limits.
#[tokio::test]
async fn a_migration_is_bound_by_no_limit_of_the_role_or_the_url() {
    const LIMITS: [&str; 3] =
        ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];
    const WAITS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '800 ms'";
    let database = of_version(3).await;
    stored(&unmigrated(patient(), &database).await, insert()).await;
    database.execute("CREATE ROLE hurried LOGIN SUPERUSER").await;
    for limit in LIMITS {
        database.execute(&format!("ALTER ROLE hurried SET {limit} = '500ms'")).await;
    }
    let options = LIMITS.map(|limit| format!("-c%20{limit}%3D500ms")).join("%20");
    let url = database.0.replace("postgres@", "hurried@");
    for (url, builder) in [
        (url.clone(), patient()),
        (format!("{url}?options={options}"), patient()),
        (url, patient().transaction_pooler()),
    ] {
        let store = unmigrated(builder, &Database(url)).await;
        let mut other = database.connect().await;
        let mut blocker = other.begin().await.expect("the server is up");
        let locked = sqlx::raw_sql("LOCK sessions").execute(&mut *blocker).await;
        locked.expect("nobody has it");
        let migration = tokio::spawn({
            let store = store.clone();
            async move { store.migrate().await }
        });
        database.until(WAITS, 1).await;
        blocker.rollback().await.expect("the server is up");
        migration.await.expect("no panic").expect("it has all the time");
        newer_table::works(&store).await;
        database
            .execute(
                "DELETE FROM sessions_versions WHERE version >= 5;
                 DROP FUNCTION sessions_tell_ended CASCADE;
                 DROP FUNCTION sessions_admit, sessions_admit_all, sessions_superfluous,
                     sessions_end_oldest",
            )
            .await;
    }
}

#[tokio::test]
async fn a_newer_table_is_refused_by_a_dry_run_as_well() {
    let database = database().await;
    let store = unmigrated(patient(), &database).await;
    store.migrate().await.expect("nothing stands in the way");
    stored(&store, insert_of("ann")).await;
    let sql = "INSERT INTO sessions_versions (version, oldest) VALUES (99, 7)";
    database.execute(sql).await;
    let error = store.pending().await.expect_err("the table is from the future");
    assert!(matches!(error, MigrateError::NewerVersion(_)), "{error:?}");
}
