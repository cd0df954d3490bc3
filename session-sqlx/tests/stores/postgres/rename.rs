//! A schema that is renamed.

use std::time::Duration;

use session_core::store::{Ending, Inserted, Updated};
use session_core::{Now, Store as _};
use session_sqlx::{NotMigrated, PostgresStore};
use tokio::time::timeout;

use super::diagnosis::cause;
use super::fixtures::{
    DAY, insert, insert_of, is_unchanged, of_version, patient, store, stored, unmigrated,
    update_of, with,
};
use crate::newer_table;

/// Log-in and log-out, revocation, and the feed of what ends.
async fn works(store: &PostgresStore) {
    newer_table::works(store).await;
    let mut feed = store.endings().await.expect("the store works").expect("it has a feed");
    let record = stored(store, insert_of("bob")).await;
    store.delete_all("bob", None, Now::Store).await.expect("the store works");
    let told = async { while feed.next().await != Some(Ending::Of(record.handle)) {} };
    timeout(Duration::from_secs(30), told).await.expect("it is told");
}

#[tokio::test]
async fn sessions_live_on_in_a_schema_that_was_renamed() {
    for (former, new) in [("app", "new"), ("my-app", "it's \"new\" $$"), ("sessions", "sessions_b")]
    {
        let (old, database) = store(patient().schema(former)).await;
        let theirs = stored(&old, insert_of("zoe")).await;
        let revoked = stored(&old, insert_of("eve")).await;
        old.delete_all("eve", None, Now::Store).await.expect("the store works");
        let quoted = new.replace('"', "\"\"");
        database.execute(&format!("ALTER SCHEMA \"{former}\" RENAME TO \"{quoted}\"")).await;
        let renamed = unmigrated(patient().schema(new), &database).await;
        assert!(is_unchanged(&renamed, &theirs).await);
        // What needs a function says what to do.
        let error = renamed.insert(insert_of("ann"), Now::Store).await;
        let (words, error) = cause::<NotMigrated>(error);
        assert!(words.contains("call `migrate()`") && words.contains("another schema"), "{words}");
        drop(error);
        let pending = renamed.pending().await.expect("the server is up");
        let sql = pending.to_string();
        assert!(sql.contains("CREATE OR REPLACE FUNCTION"), "{sql}");
        renamed.migrate().await.expect("nothing stands in the way");
        assert!(renamed.pending().await.expect("the server is up").is_empty());
        assert!(is_unchanged(&renamed, &theirs).await);
        let late = with(insert_of("eve"), |late| late.log_in.began = Some(revoked.times.created));
        let late = renamed.insert(late, Now::Store).await;
        assert!(matches!(late, Ok(Inserted::Revoked(_))), "{late:?}");
        works(&renamed).await;
    }
}

/// The bodies of functions of a store that named no schema name none.
#[tokio::test]
async fn a_table_found_by_the_search_path_can_be_moved_and_named() {
    let (old, database) = store(patient()).await;
    let theirs = stored(&old, with(insert(), |it| it.idle = DAY)).await;
    database.execute("ALTER SCHEMA public RENAME TO app; CREATE SCHEMA public").await;
    let renamed = unmigrated(patient().schema("app"), &database).await;
    renamed.migrate().await.expect("nothing stands in the way");
    assert!(is_unchanged(&renamed, &theirs).await);
    works(&renamed).await;
    // And once more, by a program that names none.
    let name = database.0.rsplit('/').next().expect("a URL ends with the database");
    database.execute("ALTER SCHEMA app RENAME TO other").await;
    database.execute(&format!("ALTER DATABASE {name} SET search_path = other")).await;
    let renamed = unmigrated(patient(), &database).await;
    renamed.migrate().await.expect("nothing stands in the way");
    assert!(is_unchanged(&renamed, &theirs).await);
    works(&renamed).await;
    // Both ways to name it are right now: neither undoes what the other did.
    for builder in [patient(), patient().schema("other")] {
        let store = unmigrated(builder, &database).await;
        assert!(store.pending().await.expect("the server is up").is_empty());
        works(&store).await;
    }
}

#[tokio::test]
async fn an_older_table_whose_schema_was_renamed_is_migrated() {
    for version in 1..=5 {
        let database = of_version(version).await;
        database.execute("ALTER SCHEMA public RENAME TO app; CREATE SCHEMA public").await;
        let store = unmigrated(patient().schema("app"), &database).await;
        store.migrate().await.expect("nothing stands in the way");
        works(&store).await;
    }
}

/// What was set on a function by hand stays.
#[tokio::test]
async fn a_function_keeps_what_was_set_on_it() {
    let (old, database) = store(patient().schema("app")).await;
    database
        .execute(
            "ALTER FUNCTION app.sessions_revoke SET work_mem = '8MB';
             REVOKE EXECUTE ON FUNCTION app.sessions_revoke FROM public;
             ALTER SCHEMA app RENAME TO new",
        )
        .await;
    drop(old);
    let store = unmigrated(patient().schema("new"), &database).await;
    store.migrate().await.expect("nothing stands in the way");
    let kept = "SELECT count(*) FROM pg_proc WHERE proname = 'sessions_revoke'
        AND proconfig = '{work_mem=8MB}' AND proacl IS NOT NULL AND prosrc LIKE '%\"new\"%'";
    assert_eq!(database.number(kept).await, 1);
}

/// Two tables in two schemas: each has its own.
#[tokio::test]
async fn a_former_name_that_is_in_use_again_is_not_written_to() {
    let (old, database) = store(patient().schema("app")).await;
    let theirs = stored(&old, insert()).await;
    database.execute("ALTER SCHEMA app RENAME TO app_old").await;
    let new = unmigrated(patient().schema("app"), &database).await;
    new.migrate().await.expect("the name is free");
    let old = unmigrated(patient().schema("app_old"), &database).await;
    old.migrate().await.expect("nothing stands in the way");
    let log_in = with(update_of(&theirs), |update| {
        update.principal = Some("ann".into());
        update.authenticated = Some(DAY);
    });
    assert!(matches!(old.update(log_in, Now::Store).await, Ok(Updated::Saved(_))));
    stored(&old, insert_of("ann")).await;
    assert_eq!(database.number("SELECT count(*) FROM app.sessions").await, 0);
    assert_eq!(database.number("SELECT count(*) FROM app_old.sessions").await, 2);
}
