//! The rows of PostgreSQL's table, as a dump shows them.

use std::time::Duration;

use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::secret::{hex, none_is_in, parts, secrets_of};
use crate::stored_records::used;

#[tokio::test]
async fn no_row_of_postgresql_holds_a_token_or_secret() {
    let url = Postgres::shared().await.database().await;
    let builder = PostgresStore::builder().deadline(Duration::from_secs(20));
    let store = builder.connect(&url).await.expect("the server is up");
    store.migrate().await.expect("the database is empty");
    let app = used(store).await;
    let dump = dump(&url).await;
    for token in app.issued.all() {
        none_is_in(dump.as_bytes(), "the database", &secrets_of(&token));
    }
    let (handle, _) = parts(app.issued.all().last().expect("there is one"));
    let digests = app.store.digests();
    for known in [&handle[..], digests.last().expect("there is one").as_bytes()] {
        assert!(dump.replace('-', "").contains(&hex(known)), "the dump shows the whole row");
    }
}

/// Every column of every row of every table.
async fn dump(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.expect("the server is up");
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut connection)
    .await
    .expect("there is a catalogue");
    let mut dump = Vec::new();
    for table in tables {
        let rows = sqlx::query_scalar(AssertSqlSafe(format!("SELECT t::text FROM {table} t")));
        let rows: Vec<String> = rows.fetch_all(&mut connection).await.expect("it is there");
        dump.push(table);
        dump.extend(rows);
    }
    dump.join("\n")
}
