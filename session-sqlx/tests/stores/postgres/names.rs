//! Names that have to be quoted, of the table and its schema.

use std::time::Duration;

use session_core::store::Ending;
use session_core::{Now, Store as _};
use session_sqlx::PostgresBuilder;
use tokio::time::timeout;

use super::fixtures::{database, insert, insert_of, patient, store, stored, unmigrated};
use crate::newer_table;

fn builders() -> Vec<(PostgresBuilder, &'static str)> {
    vec![
        (patient().schema("my-app").table("log-ins"), r#""my-app"."log-ins""#),
        (patient().schema("it's \\").table("1 st"), r#""it's \"."1 st""#),
        (patient().table("a\"; DROP TABLE users; --"), r#""a""; DROP TABLE users; --""#),
        (
            patient().schema("$$ $body$ $name$ '").table(":now:'table'"),
            r#""$$ $body$ $name$ '".":now:'table'""#,
        ),
        (patient().schema("schéma").table("a.b:\"table\""), r#""schéma"."a.b:""table""""#),
    ]
}

#[tokio::test]
async fn any_name_of_the_table_and_its_schema_works() {
    for (builder, name) in builders() {
        let (store, database) = store(builder).await;
        newer_table::works(&store).await;
        stored(&store, insert()).await;
        assert_eq!(database.number(&format!("SELECT count(*) FROM {name}")).await, 1);
        assert!(format!("{store:?}").contains(name));
    }
}

#[tokio::test]
async fn sessions_that_end_are_told_whatever_the_table_is_called() {
    for (builder, _) in builders() {
        let (store, _) = store(builder).await;
        let mut feed = store.endings().await.expect("the store works").expect("it has a feed");
        for remember in [None, Some(Duration::from_mins(1))] {
            let record = stored(&store, insert_of("ann")).await;
            store.delete(record.handle, remember, Now::Store).await.expect("the store works");
            let told = async { while feed.next().await != Some(Ending::Of(record.handle)) {} };
            timeout(Duration::from_secs(30), told).await.expect("it is told");
        }
    }
}

/// PostgreSQL cuts off what is longer, and two tables would be one.
#[tokio::test]
async fn the_longest_names_are_kept_as_they_are() {
    let database = database().await;
    let schema = "é".repeat(31) + "s";
    for last in ["a", "b"] {
        let store = patient().schema(&schema).table("é".repeat(24) + "t" + last);
        let store = unmigrated(store, &database).await;
        store.migrate().await.expect("the name is free");
        newer_table::works(&store).await;
    }
}
