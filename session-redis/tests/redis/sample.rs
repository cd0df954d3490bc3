//! What the tests write, and a look at it past the store.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use redis::FromRedisValue;
use redis::aio::MultiplexedConnection;
use session_core::store::{Insert, Inserted, Record, Update, Updated};
use session_core::{Digest, Handle, Now, Store as _};
use session_redis::{RedisBuilder, RedisStore};
use session_tests::{Redis, RedisCluster};
use tokio::sync::OnceCell;

pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// A server that the tests of this process share, each with keys of its own.
pub(crate) async fn shared() -> &'static Redis {
    static SERVER: OnceCell<Redis> = OnceCell::const_new();
    SERVER.get_or_init(Redis::start).await
}

/// A cluster that the tests of this process share, each with keys of its own.
pub(crate) async fn shared_cluster() -> &'static RedisCluster {
    static CLUSTER: OnceCell<RedisCluster> = OnceCell::const_new();
    CLUSTER.get_or_init(RedisCluster::start).await
}

/// Connections to the masters of the shared cluster.
pub(crate) async fn masters() -> Vec<Raw> {
    let mut masters = Vec::new();
    for url in shared_cluster().await.urls() {
        let mut raw = Raw::connect(&url).await;
        let role: Vec<redis::Value> = raw.ask("ROLE").await;
        if role[0] == redis::Value::BulkString(b"master".to_vec()) {
            masters.push(raw);
        }
    }
    masters
}

/// A prefix that no other test has.
pub(crate) fn prefix() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("test{}:", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn builder() -> RedisBuilder {
    RedisStore::builder().prefix(prefix())
}

/// An empty store on the shared server.
pub(crate) async fn store() -> RedisStore {
    connected(builder(), &shared().await.url()).await
}

/// An empty store on the shared cluster.
pub(crate) async fn cluster_store() -> RedisStore {
    let urls = shared_cluster().await.urls();
    builder().cluster(urls).await.expect("the cluster is up")
}

pub(crate) async fn connected(builder: RedisBuilder, url: &str) -> RedisStore {
    builder.connect(url).await.expect("the server is up")
}

/// A connection past the store.
pub(crate) struct Raw(MultiplexedConnection);

impl Raw {
    pub(crate) async fn connect(url: &str) -> Self {
        let client = redis::Client::open(url).expect("the URL is right");
        let connection = client.get_multiplexed_async_connection().await;
        Self(connection.expect("the server is up"))
    }

    /// Sends the words of a command.
    pub(crate) async fn ask<T: FromRedisValue>(&mut self, command: &str) -> T {
        let words: Vec<&str> = command.split(' ').collect();
        self.ask_words(&words).await
    }

    pub(crate) async fn ask_words<T: FromRedisValue>(&mut self, words: &[&str]) -> T {
        let mut command = redis::Cmd::new();
        for word in words {
            command.arg(*word);
        }
        let answer = command.query_async(&mut self.0).await;
        answer.unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// Adds a member to a sorted set, unless another node has that key.
    pub(crate) async fn enter(&mut self, set: &str, member: &[u8], score: i64) {
        let mut command = redis::cmd("ZADD");
        command.arg(set).arg(score).arg(member);
        match command.query_async::<i64>(&mut self.0).await {
            Ok(added) => assert_eq!(added, 1),
            Err(error) => assert_eq!(error.code(), Some("MOVED")),
        }
    }

    /// The keys that begin with this.
    pub(crate) async fn keys(&mut self, prefix: &str) -> Vec<String> {
        let mut keys: Vec<String> = self.ask(&format!("KEYS {prefix}*")).await;
        keys.sort();
        keys
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

pub(crate) fn insert_of(principal: &str) -> Insert {
    Insert { principal: Some(principal.to_owned()), ..insert() }
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
pub(crate) async fn stored(store: &RedisStore, insert: Insert) -> Record {
    let handle = insert.handle;
    let inserted = store.insert(insert, Now::Store).await.expect("the store works");
    assert!(matches!(inserted, Inserted::Saved(_)), "a new handle is free");
    loaded(store, handle).await.expect("what was inserted is there")
}

pub(crate) async fn loaded(store: &RedisStore, handle: Handle) -> Option<Record> {
    store.load(handle, Now::Store).await.expect("the store works")
}

pub(crate) async fn updated(store: &RedisStore, update: Update) -> Updated {
    store.update(update, Now::Store).await.expect("the store works")
}

pub(crate) async fn saved(store: &RedisStore, update: Update) -> Record {
    let handle = update.handle;
    let updated = updated(store, update).await;
    assert!(matches!(updated, Updated::Saved(_)), "it is at that revision: {updated:?}");
    loaded(store, handle).await.expect("what was updated is there")
}

/// The handles of the principal's sessions.
pub(crate) async fn listed(store: &RedisStore, principal: &str) -> Vec<Handle> {
    let records = store.list(principal, Now::Store).await.expect("the store works");
    records.into_iter().map(|record| record.handle).collect()
}

/// Whether it is still there as it was.
pub(crate) async fn is_unchanged(store: &RedisStore, record: &Record) -> bool {
    let then = Now::At(record.times.now);
    store.load(record.handle, then).await.expect("the store works").as_ref() == Some(record)
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
