//! What the store holds opens no session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::Now;
use session_sqlx::PostgresStore;
use session_tests::{Client, Fresh, Postgres, on_each_store};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::needles::{hex, none_is_in, parts, secrets_of};
use crate::shop::House;

on_each_store!(a_stored_handle_and_digest_open_nothing, no_record_holds_a_token_or_secret,);

async fn used<S: Fresh>(store: S) -> House<S> {
    let house = House::new(store);
    for path in ["/rotate", "/remember", "/fail", "/panic", "/price", "/add"] {
        house.member().await.post(path).await;
    }
    house
}

async fn a_stored_handle_and_digest_open_nothing<S: Fresh>(store: S) {
    let house = used(store).await;
    let at = session_core::Timestamp::from_micros(1_720_000_000_000_000);
    let records = house.store.records(Now::At(at)).await;
    assert_eq!(records.len(), 6);
    for record in records {
        let bytes = [&record.handle.as_bytes()[..], record.digest.as_bytes()].concat();
        let mut thief = Client::with_session(&house.app, &URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(thief.get("/me").await.status, 401);
        assert_eq!(thief.get("/notice").await.ok(), "");
    }
}

async fn no_record_holds_a_token_or_secret<S: Fresh>(store: S) {
    let house = used(store).await;
    let at = session_core::Timestamp::from_micros(1_720_000_000_000_000);
    let records = house.store.records(Now::At(at)).await;
    let tokens = house.issued.all();
    assert!(tokens.len() > records.len());
    for record in &records {
        let text = format!("{:?} {:?} {:?}", record.principal, record.label, record.handle);
        let record = [text.as_bytes(), &record.fields, record.digest.as_bytes()].concat();
        for token in &tokens {
            none_is_in(&record, "a record", &secrets_of(token));
        }
    }
}

#[tokio::test]
async fn no_row_of_postgresql_holds_a_token_or_secret() {
    let url = Postgres::shared().await.database().await;
    let store = PostgresStore::connect(&url).await.expect("the server is up");
    store.migrate().await.expect("the database is empty");
    let house = used(store).await;
    let dump = dump(&url).await;
    for token in house.issued.all() {
        none_is_in(dump.as_bytes(), "the database", &secrets_of(&token));
    }
    let (handle, _) = parts(house.issued.all().last().expect("there is one"));
    let digests = house.store.digests();
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
