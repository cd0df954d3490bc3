//! What is said when something is missing: the cause and the cure.

use std::error::Error;
use std::fmt::Debug;

use session_core::{Now, Store as _, StoreError};
use session_sqlx::{
    MissingRight, NewerVersion, NotMigrated, PostgresBuilder, PostgresStore, Rejected,
    TableElsewhere,
};

use super::fixtures::{
    Database, database, error_chain, handle, insert, insert_of, loaded, of_version, patient, store,
    stored, unmigrated,
};

/// What an error says with its causes, and that which it is for.
pub(crate) fn cause<E: Error + 'static>(
    answer: Result<impl Debug, StoreError>,
) -> (String, Box<E>) {
    let error = answer.expect_err("something is missing");
    let words = error_chain(&error);
    let StoreError::Failed(cause) = error else { panic!("{words}") };
    (words.clone(), cause.downcast().unwrap_or_else(|_| panic!("{words}")))
}

/// A role that may log in, and a store that does so as this role.
async fn store_of(role: &str, builder: PostgresBuilder, database: &Database) -> PostgresStore {
    database.execute(&format!("CREATE ROLE {role} LOGIN")).await;
    let url = database.0.replace("postgres@", &format!("{role}@"));
    unmigrated(builder, &Database(url)).await
}

fn has_no_hint(words: &str) {
    assert!(!words.contains("migrate()"), "{words}");
}

#[tokio::test]
async fn a_statement_before_migrate_fails_and_names_migrate() {
    let database = database().await;
    for builder in [patient(), patient().schema("app"), patient().transaction_pooler().table("b")] {
        let store = unmigrated(builder, &database).await;
        let load = store.load(handle(), Now::Store).await.map(drop);
        let insert = store.insert(insert(), Now::Store).await.map(drop);
        let sweep = store.sweep(1, Now::Store).await.map(drop);
        for answer in [load, insert, sweep] {
            let (words, error) = cause::<NotMigrated>(answer);
            assert!(words.contains("is missing: call `migrate()`"), "{words}");
            assert!(error.source().is_some());
        }
        let health = store.health().await;
        assert!(cause::<NotMigrated>(health).0.contains("call `migrate()`"));
        store.migrate().await.expect("the name is free");
        assert_eq!(loaded(&store, handle()).await, None);
        store.health().await.expect("the table is there");
    }
}

#[tokio::test]
async fn an_older_table_is_told_by_its_version() {
    let store = unmigrated(patient(), &of_version(1).await).await;
    stored(&store, insert()).await;
    for answer in [
        store.insert(insert_of("ann"), Now::Store).await.map(drop),
        store.delete_all("ann", None, Now::Store).await.map(drop),
    ] {
        let (words, _) = cause::<NotMigrated>(answer);
        let told = "the table \"sessions\" is of version 1, and this program needs version 6: call `migrate()`";
        assert!(words.contains(told), "{words}");
    }
}

#[tokio::test]
async fn a_newer_table_that_does_not_work_is_no_case_for_migrate() {
    let (store, database) = store(patient()).await;
    database
        .execute(
            "ALTER TABLE sessions RENAME COLUMN fields TO contents;
             INSERT INTO sessions_versions (version, oldest) VALUES (9, 9)",
        )
        .await;
    let (words, newer) = cause::<NewerVersion>(store.load(handle(), Now::Store).await);
    assert_eq!((newer.found, newer.oldest, newer.known), (9, 9, 6));
    has_no_hint(&words);
}

#[tokio::test]
async fn a_table_outside_of_the_search_path_is_told_by_its_schema() {
    let (_, database) = store(patient().schema("my-app")).await;
    let store = store_of("stranger", patient(), &database).await;
    for answer in [
        store.load(handle(), Now::Store).await.map(drop),
        store.insert(insert_of("ann"), Now::Store).await.map(drop),
    ] {
        let (words, _) = cause::<TableElsewhere>(answer);
        for part in [
            "\"sessions\"",
            "role stranger",
            "\"$user\", public",
            "\"my-app\" (on which the role lacks USAGE)",
            "`schema(…)`",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        has_no_hint(&words);
    }
}

#[tokio::test]
async fn a_schema_that_was_renamed_is_told_by_its_new_name() {
    let (store, database) = store(patient().schema("app")).await;
    database.execute("ALTER SCHEMA app RENAME TO new").await;
    let (words, _) = cause::<NotMigrated>(store.load(handle(), Now::Store).await);
    let told = "if its schema was renamed, name the new one: there is such a table in \"new\"";
    assert!(words.contains(told), "{words}");
}

#[tokio::test]
async fn a_missing_right_is_told_with_the_rights_that_a_store_needs() {
    let (_, database) = store(patient().schema("app")).await;
    let store = store_of("guest", patient().schema("app"), &database).await;
    let (words, _) = cause::<MissingRight>(store.load(handle(), Now::Store).await);
    assert!(words.contains("permission denied for schema app"), "{words}");
    database
        .execute("GRANT USAGE ON SCHEMA app TO guest; GRANT SELECT ON app.sessions TO guest")
        .await;
    assert_eq!(loaded(&store, handle()).await, None);
    for answer in [
        store.insert(insert(), Now::Store).await.map(drop),
        store.insert(insert_of("ann"), Now::Store).await.map(drop),
        store.sweep(1, Now::Store).await.map(drop),
    ] {
        let (words, error) = cause::<MissingRight>(answer);
        for part in ["\"app\".\"sessions\"", "\"app\".\"sessions_revocations\"", "GRANT"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(words.contains("permission denied for table"), "{words}");
        let source = error.source().expect("the server said it");
        assert_eq!(source.downcast_ref::<Rejected>().expect("it is this").code(), "42501");
        has_no_hint(&words);
    }
}

/// Somebody's trigger calls what is not there; somebody has removed a table of ours.
#[tokio::test]
async fn what_is_missing_beside_the_table_is_told_as_the_server_says_it() {
    let (store, database) = store(patient()).await;
    database
        .execute(
            "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN PERFORM audit(NEW.handle); RETURN NEW; END $$;
             CREATE TRIGGER theirs BEFORE INSERT ON sessions
                FOR EACH ROW EXECUTE FUNCTION theirs()",
        )
        .await;
    let (words, error) = cause::<Rejected>(store.insert(insert(), Now::Store).await);
    assert!(words.contains("function audit(uuid) does not exist"), "{words}");
    assert_eq!(error.code(), "42883");
    has_no_hint(&words);
    database.execute("DROP TRIGGER theirs ON sessions; DROP TABLE sessions_revocations").await;
    let (words, _) = cause::<Rejected>(store.insert(insert_of("ann"), Now::Store).await);
    assert!(words.contains("\"sessions_revocations\" does not exist"), "{words}");
    has_no_hint(&words);
}
