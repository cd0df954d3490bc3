//! Migrations of the table.

use std::time::Duration;

use session_core::store::Ending;
use session_core::{Now, Store as _};
use session_sqlx::{ConfigError, MigrateError, PostgresBuilder};
use session_test_support::Warnings;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::fixtures::{
    Database, database, insert, insert_of, is_unchanged, listed, loaded, of_version, patient,
    store, stored, unmigrated,
};
use crate::dumps::{self, dumps};
use crate::newer_table;

/// The last version that the library knows.
const LATEST: i64 = 6;

async fn eight_at_once(database: &Database) {
    let mut nodes = JoinSet::new();
    for number in 0..8 {
        let builder = patient().schema("app").table(["a", "b"][number % 2]);
        let node = unmigrated(builder, database).await;
        nodes.spawn(async move { node.migrate().await });
    }
    for done in nodes.join_all().await {
        done.expect("a node finds the work done, or does it");
    }
    assert_eq!(database.number("SELECT count(*) FROM app.a_versions").await, LATEST);
    assert_eq!(database.number("SELECT count(*) FROM app.b_versions").await, LATEST);
}

#[tokio::test]
async fn eight_nodes_migrate_at_once() {
    eight_at_once(&database().await).await;
}

#[tokio::test]
async fn eight_nodes_migrate_at_once_on_a_database_that_is_stricter_by_default() {
    let database = database().await;
    let name = database.0.rsplit('/').next().expect("a URL ends with the database");
    let level = "default_transaction_isolation = 'serializable'";
    database.execute(&format!("ALTER DATABASE {name} SET {level}")).await;
    eight_at_once(&database).await;
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let applied = "SELECT sum(extract(microsecond FROM applied))::bigint FROM sessions_versions";
    let before = database.number(applied).await;
    store.migrate().await.expect("there is nothing to do");
    assert_eq!(database.number(applied).await, before);
    assert!(is_unchanged(&store, &record).await);
}

#[tokio::test]
async fn tables_of_different_names_are_separate() {
    let database = database().await;
    let mut records = Vec::new();
    for builder in [
        patient(),
        patient().table("logins"),
        patient().schema("app"),
        patient().schema("App").table("select"),
    ] {
        let store = unmigrated(builder, &database).await;
        store.migrate().await.expect("the name is free");
        for other in &records {
            assert_eq!(loaded(&store, *other).await, None);
        }
        records.push(stored(&store, insert()).await.handle);
    }
    assert_eq!(database.number(r#"SELECT count(*) FROM "App"."select""#).await, 1);
}

#[tokio::test]
async fn a_newer_table_that_works_with_this_program_is_used_as_it_is() {
    let (_, database) = store(patient()).await;
    database
        .execute(&format!(
            "ALTER TABLE sessions ADD COLUMN later text; CREATE TABLE sessions_later (id integer);
             INSERT INTO sessions_versions (version, oldest) VALUES ({LATEST} + 1, {LATEST})"
        ))
        .await;
    let warnings = Warnings::capture();
    let store = unmigrated(patient(), &database).await;
    assert_eq!(warnings.take(), [""; 0]);
    store.migrate().await.expect("it works with the table");
    store.clone().migrate().await.expect("it works with the table");
    newer_table::works(&store).await;
    let said = warnings.take();
    assert_eq!(said.len(), 1, "{said:#?}");
    for part in ["a newer release", "table=\"sessions\"", "found=7", "known=6"] {
        assert!(said[0].contains(part), "{part}: {}", said[0]);
    }
    assert_eq!(database.number("SELECT count(*) FROM sessions_versions").await, LATEST + 1);
}

/// As after a roll-back by more than one release: what was applied last is what counts.
#[tokio::test]
async fn a_table_that_is_newer_by_many_versions_is_used_if_the_last_one_permits_it() {
    let (store, database) = store(patient()).await;
    let insert = "INSERT INTO sessions_versions (version, oldest) VALUES";
    database.execute(&format!("{insert} (97, 2), (98, 3), (99, 6)")).await;
    let warnings = Warnings::capture();
    store.migrate().await.expect("it works with the table");
    assert_eq!(warnings.take().len(), 1);
    database.execute(&format!("{insert} (100, 7)")).await;
    store.migrate().await.expect_err("it does not work with the table any more");
    assert_eq!(warnings.take().len(), 0);
}

#[tokio::test]
async fn a_newer_table_that_does_not_work_with_this_program_is_refused() {
    let (store, database) = store(patient()).await;
    let warnings = Warnings::capture();
    for (insert, oldest) in [
        ("INSERT INTO sessions_versions (version, oldest) VALUES (99, 7)", 7),
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
async fn a_table_of_each_version_is_migrated_with_its_live_sessions() {
    let dumps = dumps!("postgres": 1, 2, 3, 4, 5, 6);
    assert_eq!(i64::from(dumps[dumps.len() - 1].0), LATEST);
    for (version, dump) in dumps {
        let database = database().await;
        database.execute(dump).await;
        let store = unmigrated(patient(), &database).await;
        store.migrate().await.expect("nothing stands in the way");
        dumps::sessions_live_on(&store, version).await;
        newer_table::works(&store).await;
    }
}

/// What a program of the third version sends, beside nodes of the new one.
#[tokio::test]
async fn a_program_of_the_third_version_works_on_beside_those_that_migrate() {
    const INSERT: &str = "
        INSERT INTO sessions (handle, digest, revision, fields, persistent, label, created, seen,
            expires, absolute, sweep_at)
        VALUES (gen_random_uuid(), sha256(''), 1, 'a', false, NULL, now(), now(),
            now() + interval '1 h', now() + interval '1 d', now() + interval '1 h')";
    const LOG_IN: &str = "
        SELECT * FROM sessions_log_in_fresh(ARRAY[NULL::timestamptz], ARRAY[gen_random_uuid()],
            ARRAY[sha256('')], ARRAY['bob'], ARRAY['a'::bytea], ARRAY[false], ARRAY[NULL],
            ARRAY[interval '1 h'], ARRAY[interval '1 d'], ARRAY[now()], ARRAY[3])";
    const LOG_IN_KNOWN: &str = "
        SELECT * FROM sessions_log_in_known(ARRAY[NULL::timestamptz],
            ARRAY(SELECT handle FROM sessions WHERE principal IS NULL LIMIT 1), ARRAY[1],
            ARRAY[sha256('')], ARRAY['bob'], ARRAY['a'::bytea], ARRAY[false],
            ARRAY[interval '1 h'], ARRAY[interval '1 d'], ARRAY[now()], ARRAY[3])";
    const LIST: &str = "
        SELECT count(handle) FROM sessions WHERE principal = 'bob' AND expires > now()";
    let database = of_version(3).await;
    database.execute(INSERT).await;
    database.execute(LOG_IN).await;
    let store = unmigrated(patient(), &database).await;
    store.migrate().await.expect("nothing stands in the way");
    assert_eq!(listed(&store, "bob").await.len(), 1, "the session of before");
    for sql in [INSERT, LOG_IN, LOG_IN_KNOWN] {
        database.execute(sql).await;
    }
    assert_eq!((database.number(LIST).await, listed(&store, "bob").await.len()), (3, 3));
    stored(&store, insert_of("bob")).await;
    assert_eq!(database.number(LIST).await, 4);
    assert_eq!(database.number("SELECT sessions_revoke(NULL, 'bob', NULL)").await, 4);
    database.execute("DELETE FROM sessions").await;
    newer_table::works(&store).await;
    let oldest = "SELECT oldest::bigint FROM sessions_versions ORDER BY version DESC LIMIT 1";
    assert_eq!(database.number(oldest).await, 4);
}

/// Those that every statement paid for. What somebody else wants to be checked stays.
#[tokio::test]
async fn the_checks_of_the_first_version_are_dropped_and_no_others() {
    let database = of_version(5).await;
    let checks = "SELECT count(*) FROM pg_constraint WHERE contype = 'c'
        AND conrelid = 'sessions'::regclass";
    assert_eq!(database.number(checks).await, 2);
    database
        .execute("ALTER TABLE sessions ADD CONSTRAINT theirs CHECK (octet_length(digest) > 31)")
        .await;
    let store = unmigrated(patient(), &database).await;
    store.migrate().await.expect("nothing stands in the way");
    let theirs = format!("{checks} AND conname = 'theirs'");
    assert_eq!((database.number(checks).await, database.number(&theirs).await), (1, 1));
}

/// What a program of the fourth version sends to end a session, beside nodes of the new one.
#[tokio::test]
async fn what_a_program_of_the_fourth_version_ends_is_told() {
    const LOG_OUT: &str = "
        UPDATE sessions SET revision = revision + 1, digest = digest, principal = NULL,
            authenticated = NULL
        WHERE principal = 'ann'";
    const REMEMBER: &str = "
        INSERT INTO sessions AS s (handle, digest, revision, fields, persistent, created, seen,
            expires, absolute, sweep_at)
        SELECT $2, sha256(''), 1, '', false, now(), now(), now(), now(), now()
        ON CONFLICT (handle) DO UPDATE SET revision = s.revision + 1, fields = excluded.fields,
            created = excluded.created, principal = NULL";
    const SWEEP: &str = "
        WITH due AS MATERIALIZED (
            SELECT handle FROM sessions WHERE expires <= now() FOR UPDATE SKIP LOCKED
        ), removed AS (
            DELETE FROM sessions WHERE handle = ANY (ARRAY(SELECT handle FROM due)) RETURNING 1
        )
        SELECT count(*) FROM removed";
    let database = of_version(4).await;
    let store = unmigrated(patient(), &database).await;
    let warnings = Warnings::capture();
    let before = stored(&store, insert()).await;
    assert!(is_unchanged(&store, &before).await);
    assert!(store.delete(before.handle, None, Now::Store).await.expect("the store works"));
    assert_eq!(warnings.take(), [""; 0]);
    let feed = store.endings().await;
    assert!(feed.expect("the store works").is_none(), "the table has no triggers yet");
    let said = warnings.take();
    assert!(said.len() == 1 && said[0].contains("call `migrate()`"), "{said:#?}");
    store.migrate().await.expect("nothing stands in the way");
    let mut feed = store.endings().await.expect("the store works").expect("it has a feed");
    let cart = stored(&store, insert()).await;
    let theirs = [stored(&store, insert_of("ann")).await, stored(&store, insert_of("bob")).await];
    for (sql, handle) in [
        (LOG_OUT.to_owned(), theirs[0].handle),
        (REMEMBER.replace("$2", &format!("'{}'", cart.handle)), cart.handle),
        ("SELECT sessions_revoke(NULL, 'bob', NULL)".to_owned(), theirs[1].handle),
    ] {
        database.execute(&sql).await;
        let told = async { while feed.next().await != Some(Ending::Of(handle)) {} };
        timeout(Duration::from_secs(30), told).await.expect("it is told");
    }
    database.execute("UPDATE sessions SET expires = now()").await;
    assert_eq!(database.number(SWEEP).await, 2, "what it sweeps may be told, and is swept");
}

#[tokio::test]
async fn somebody_elses_table_is_left_alone() {
    let database = database().await;
    database.execute("CREATE TABLE sessions (id integer)").await;
    let store = unmigrated(patient(), &database).await;
    let error = store.migrate().await.expect_err("the name is taken");
    assert!(matches!(error, MigrateError::Occupied { .. }), "{error:?}");
    let left = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'sessions%'";
    assert_eq!(database.number(left).await, 1, "nothing is left behind");
}

#[tokio::test]
async fn a_role_that_may_create_nothing_can_use_a_migrated_table() {
    let database = database().await;
    let owner = unmigrated(patient().schema("app"), &database).await;
    owner.migrate().await.expect("the name is free");
    database
        .execute(
            "CREATE ROLE worker LOGIN; GRANT USAGE ON SCHEMA app TO worker;
             GRANT SELECT ON app.sessions_versions TO worker;
             GRANT SELECT, INSERT, UPDATE, DELETE
             ON app.sessions, app.sessions_revocations TO worker",
        )
        .await;
    let url = database.0.replace("postgres@", "worker@");
    let store = patient().schema("app").connect(&url).await.expect("it may log in");
    store.migrate().await.expect("there is nothing to do");
    let record = stored(&store, insert()).await;
    store.sweep(10, Now::Store).await.expect("it may sweep");
    let mine = stored(&store, insert_of("1")).await;
    stored(&store, insert_of("1")).await;
    let ended = store.delete_all("1", Some(mine.handle), Now::Store).await;
    assert_eq!(ended.expect("it may revoke").live, 1);
    assert!(store.delete(record.handle, None, Now::Store).await.expect("it may delete"));
}

#[tokio::test]
async fn a_wrong_configuration_is_refused() {
    let database = database().await;
    let build = async |builder: PostgresBuilder| {
        builder.connect(&database.0).await.map(drop).map_err(|error| error.to_string())
    };
    for builder in [
        patient().table("a\0"),
        patient().schema(""),
        patient().workers(0),
        patient().queue(0),
        patient().deadline(std::time::Duration::ZERO),
    ] {
        build(builder).await.expect_err("it makes no sense");
    }
    let pool = sqlx::PgPool::connect_lazy(&database.0).expect("the URL is right");
    let error = patient().table("").pool(&pool).map(drop);
    assert!(matches!(error, Err(ConfigError::Name { kind: "table", .. })));
}
