//! Odd values, and what is printed.

use std::time::Duration;

use session_core::store::{Contents, Inserted, ListQuery};
use session_core::{Now, Store as _, Timestamp};
use session_sqlx::PostgresStore;
use sqlx::PgPool;

use super::fixtures::{HOUR, error_chain, insert, is_unchanged, patient, store, stored, with};

#[tokio::test]
async fn a_nul_is_left_out_of_a_label() {
    let (store, _) = store(patient()).await;
    let record =
        stored(&store, with(insert(), |insert| insert.label = Some("a\0b\0".into()))).await;
    assert_eq!(record.label.as_deref(), Some("ab"));
}

/// The engine spells principals as JSON, where a NUL is `\u0000`.
#[tokio::test]
async fn a_nul_in_a_principal_is_refused() {
    let (store, database) = store(patient()).await;
    let escaped =
        stored(&store, with(insert(), |insert| insert.principal = Some(r#""a\u0000""#.into())))
            .await;
    assert_eq!(escaped.principal.as_deref(), Some(r#""a\u0000""#));
    let plain = with(insert(), |insert| insert.principal = Some("a\0".into()));
    store.insert(plain, Now::Store).await.expect_err("PostgreSQL's text has no NUL");
    let page = ListQuery::first(Contents::Whole, 10);
    store.list("a\0", page, Now::Store).await.expect_err("PostgreSQL's text has no NUL");
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn a_timestamp_comes_back_to_the_microsecond() {
    let (store, _) = store(patient()).await;
    for micros in [0, 1, -1, 946_684_800_000_000, 1_720_000_000_123_457, 253_402_300_799_999_999] {
        let now = Timestamp::from_micros(micros);
        let insert = with(insert(), |insert| {
            insert.idle = Duration::from_nanos(1_234_567);
            insert.absolute = HOUR;
        });
        let handle = insert.handle;
        let inserted = store.insert(insert, Now::At(now)).await.expect("the store works");
        let Inserted::Saved(times) = inserted else { panic!("the handle is free") };
        assert_eq!((times.now, times.created, times.seen), (now, now, now));
        assert_eq!(times.expires.micros(), micros + 1234);
        assert_eq!(times.absolute, now.plus(HOUR));
        let record = store.load(handle, Now::At(now)).await.expect("the store works");
        assert_eq!(record.expect("it is there").times, times);
    }
}

#[tokio::test]
async fn a_lifetime_past_the_last_timestamp_ends_at_the_last_timestamp() {
    let (store, _) = store(patient()).await;
    let endless = with(insert(), |insert| {
        insert.idle = Duration::MAX;
        insert.absolute = Duration::MAX;
    });
    let handle = endless.handle;
    let late = Timestamp::from_micros(i64::MAX - 10);
    let inserted = store.insert(endless, Now::At(late)).await.expect("the store works");
    let Inserted::Saved(times) = inserted else { panic!("the handle is free") };
    assert_eq!(times.absolute.micros(), i64::MAX);
    assert!(store.touch(handle, Duration::MAX, Now::At(late)).await.expect("the store works"));
    let endless = with(insert(), |insert| {
        insert.idle = Duration::MAX;
        insert.absolute = Duration::MAX;
    });
    let record = stored(&store, endless).await;
    assert!(record.times.absolute > Timestamp::from_micros(i64::MAX / 2));
    assert!(store.touch(record.handle, Duration::MAX, Now::Store).await.expect("the store works"));
}

#[tokio::test]
async fn a_store_on_a_pools_options_leaves_the_pool_alone() {
    let (_, database) = store(patient()).await;
    let pool = PgPool::connect_lazy(&database.0).expect("the URL is right");
    let store = PostgresStore::new(&pool);
    let record = stored(&store, insert()).await;
    assert!(is_unchanged(&store, &record).await);
    assert_eq!(pool.size(), 0);
}

#[tokio::test]
async fn no_secret_is_printed() {
    let (_, database) = store(patient()).await;
    let url = database.0.replace("postgres@", "postgres:hunter2@");
    let store = PostgresStore::connect(&url).await.expect("the server trusts everybody");
    assert_eq!(
        format!("{store:?}"),
        r#"PostgresStore { table: "sessions", workers: 8, deadline: 2s, .. }"#,
    );
    for wrong in
        ["postgres://me:hunter2@127.0.0.1:1/x", "postgres://me:hunter2@host:port/x", "hunter2"]
    {
        let error = PostgresStore::connect(wrong).await.expect_err("nobody is there");
        assert!(!format!("{error:?}{}", error_chain(&error)).contains("hunter2"), "{error:?}");
    }
}
