//! What the tests write, and a look at it past the store.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use session_core::store::{Insert, Inserted, Record, Update, Updated};
use session_core::{Digest, Handle, Now, Store as _};
use session_sqlx::{PostgresBuilder, PostgresStore};
use session_tests::Postgres;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// A store on a database of its own, and that database.
pub(crate) async fn store(builder: PostgresBuilder) -> (PostgresStore, Database) {
    let url = Postgres::shared().await.database().await;
    (migrated(builder, &url).await, Database(url))
}

pub(crate) async fn migrated(builder: PostgresBuilder, url: &str) -> PostgresStore {
    let store = builder.connect(url).await.expect("the server is up");
    store.migrate().await.expect("nothing stands in the way");
    store
}

/// A database, and ways to look into it.
#[derive(Clone)]
pub(crate) struct Database(pub(crate) String);

impl Database {
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.0).await.expect("the server is up")
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connect().await).await;
        done.expect("the statement is right");
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        query.fetch_one(&mut self.connect().await).await.expect("the statement is right")
    }

    /// Waits until this many of the store's statements wait for a lock.
    pub(crate) async fn until_blocked(&self, number: i64) {
        self.until(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
            number,
        )
        .await;
    }

    /// Waits until the statement answers this number.
    pub(crate) async fn until(&self, sql: &str, number: i64) {
        let mut connection = self.connect().await;
        for _ in 0..1000 {
            let query = sqlx::query_scalar(AssertSqlSafe(sql));
            let found: i64 =
                query.fetch_one(&mut connection).await.expect("the statement is right");
            if found == number {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never {number}: {sql}");
    }
}

/// A handle as the library makes them, of this moment.
pub(crate) fn handle() -> Handle {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let since = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970");
    let millis = u64::try_from(since.as_millis()).expect("it is before the year 584542046");
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[8..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes[6] = 0x70;
    bytes[8] |= 0x80;
    Handle::from_bytes(bytes)
}

pub(crate) fn insert() -> Insert {
    Insert {
        handle: handle(),
        digest: Digest::from_bytes([7; 32]),
        principal: None,
        fields: vec![1; 200],
        persistent: false,
        label: Some(
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
        ),
        idle: HOUR,
        absolute: DAY,
    }
}

pub(crate) fn update_of(record: &Record) -> Update {
    Update {
        handle: record.handle,
        revision: record.revision,
        digest: record.digest,
        principal: record.principal.clone(),
        fields: record.fields.clone(),
        persistent: record.persistent,
        idle: HOUR,
        authenticated: None,
    }
}

/// Stores it and loads it again.
pub(crate) async fn stored(store: &PostgresStore, insert: Insert) -> Record {
    let handle = insert.handle;
    let inserted = store.insert(insert, Now::Store).await.expect("the store works");
    assert!(matches!(inserted, Inserted::Saved(_)), "a new handle is free");
    loaded(store, handle).await.expect("what was inserted is there")
}

pub(crate) async fn loaded(store: &PostgresStore, handle: Handle) -> Option<Record> {
    store.load(handle, Now::Store).await.expect("the store works")
}

/// Whether it is still there as it was.
pub(crate) async fn is_unchanged(store: &PostgresStore, record: &Record) -> bool {
    let then = Now::At(record.times.now);
    store.load(record.handle, then).await.expect("the store works").as_ref() == Some(record)
}

pub(crate) async fn updated(store: &PostgresStore, update: Update) -> Updated {
    store.update(update, Now::Store).await.expect("the store works")
}

/// The messages of an error and its sources.
pub(crate) fn story(error: &dyn std::error::Error) -> String {
    let mut story = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        story = format!("{story}: {error}");
        source = error.source();
    }
    story
}
