//! Migrations of the table.

use std::error::Error as _;

use session_core::{Now, Store as _, StoreError};
use session_sqlx::{ConfigError, MigrateError, NotMigrated, PostgresBuilder, PostgresStore};
use session_test_support::Postgres;
use session_test_support::records::insert_of;
use tokio::task::JoinSet;

use super::fixtures::{
    Database, error_chain, handle, insert, is_unchanged, loaded, patient, store, stored,
};

async fn database() -> Database {
    Database(Postgres::shared().await.database().await)
}

async fn unmigrated(builder: PostgresBuilder, database: &Database) -> PostgresStore {
    builder.connect(&database.0).await.expect("the server is up")
}

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
    assert_eq!(database.number("SELECT count(*) FROM app.a_versions").await, 3);
    assert_eq!(database.number("SELECT count(*) FROM app.b_versions").await, 3);
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
async fn a_statement_before_migrate_fails_and_names_migrate() {
    let database = database().await;
    for builder in [patient(), patient().schema("app")] {
        let store = unmigrated(builder, &database).await;
        let load = store.load(handle(), Now::Store).await.map(drop);
        let insert = store.insert(insert(), Now::Store).await.map(drop);
        let sweep = store.sweep(1, Now::Store).await.map(drop);
        for answer in [load, insert, sweep] {
            let error = answer.expect_err("there is no table");
            assert!(error_chain(&error).contains("call `migrate()`"), "{}", error_chain(&error));
            let StoreError::Failed(cause) = error else { panic!("{error}") };
            assert!(cause.downcast_ref::<NotMigrated>().expect("it is this").source().is_some());
        }
        store.migrate().await.expect("the name is free");
        assert_eq!(loaded(&store, handle()).await, None);
    }
}

#[tokio::test]
async fn a_table_of_a_newer_version_is_refused() {
    let (store, database) = store(patient()).await;
    database.execute("INSERT INTO sessions_versions VALUES (99)").await;
    let error = store.migrate().await.expect_err("the table is from the future");
    let MigrateError::NewerVersion(newer) = error else { panic!("{error:?}") };
    assert_eq!((newer.found, newer.known), (99, 3));
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
    assert!(store.delete(record.handle, Now::Store).await.expect("it may delete"));
}

#[tokio::test]
async fn a_wrong_configuration_is_refused() {
    let database = database().await;
    let build = async |builder: PostgresBuilder| {
        builder.connect(&database.0).await.map(drop).map_err(|error| error.to_string())
    };
    for builder in [
        patient().table("a\"; DROP TABLE users; --"),
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
