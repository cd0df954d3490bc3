//! What the tests write, and a look at it past the store.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, FromRedisValue};
use session_core::store::{Contents, Ending, Endings, ListQuery};
use session_core::{Now, Store as _};
use session_redis::{RedisBuilder, RedisStore};
pub(crate) use session_test_support::records::{
    DAY, HOUR, error_chain, handle, insert, insert_of, is_unchanged, listed, loaded, saved, stored,
    update_of, updated, with,
};
use session_test_support::resilience::STALL;
use session_test_support::{Redis, RedisCluster};
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// A server that the tests of this process share, each with keys of its own.
pub(crate) async fn shared() -> &'static Redis {
    static SERVER: OnceCell<Redis> = OnceCell::const_new();
    SERVER.get_or_init(Redis::start).await
}

/// A cluster that the tests of this process share, each with keys of its own.
pub(crate) async fn shared_cluster() -> &'static RedisCluster {
    RedisCluster::shared().await
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

/// The first records of a list, with their fields.
pub(crate) fn first(limit: u32) -> ListQuery {
    ListQuery::first(Contents::Whole, limit)
}

/// The same without them.
pub(crate) fn first_without_fields(limit: u32) -> ListQuery {
    ListQuery::first(Contents::WithoutFields, limit)
}

/// A prefix that no other test has.
pub(crate) fn prefix() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("test{}:", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A busy machine is no failure.
pub(crate) fn patient() -> RedisBuilder {
    RedisStore::builder().deadline(Duration::from_secs(30))
}

/// The same under a prefix of its own.
pub(crate) fn builder() -> RedisBuilder {
    patient().prefix(prefix())
}

/// Of a store that tries again until then what cannot succeed.
pub(crate) const VAIN_DEADLINE: Duration = Duration::from_secs(6);

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

/// The feed of a store that has one.
pub(crate) async fn feed(store: &RedisStore) -> Endings {
    store.endings().await.expect("the store works").expect("there is a feed")
}

/// Waits for the end of the feed, and answers what it told before.
pub(crate) async fn over(feed: &mut Endings) -> Vec<Ending> {
    let mut told = Vec::new();
    let is_over = async {
        while let Some(ending) = feed.next().await {
            told.push(ending);
        }
    };
    timeout(2 * STALL, is_over).await.expect("the feed ends");
    told
}

/// Waits until the feed is up to date with whatever was acknowledged before this was called.
pub(crate) async fn up_to_date(feed: &mut Endings) -> Vec<Ending> {
    let mut told = Vec::new();
    // The first answer may be to an earlier question.
    let mut answers = 0;
    while answers < 2 {
        match timeout(STALL, feed.next()).await.expect("the feed goes on").expect("it is up") {
            Ending::UpToDate => answers += 1,
            ending => told.push(ending),
        }
    }
    told
}

/// A feed of the store tells.
pub(crate) async fn tells(store: &RedisStore) {
    let mut feed = feed(store).await;
    let record = stored(store, insert_of("ann")).await;
    store.delete(record.handle, None, Now::Store).await.unwrap();
    assert_eq!(up_to_date(&mut feed).await, [Ending::Of(record.handle)]);
}

/// The feed, once there is one again.
pub(crate) async fn until_open(store: &RedisStore) -> Endings {
    let began = Instant::now();
    loop {
        if let Ok(Some(feed)) = store.endings().await {
            return feed;
        }
        assert!(began.elapsed() < 3 * STALL, "there is no feed again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
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
        let mut command = Cmd::new();
        for word in words {
            command.arg(*word);
        }
        let answer = command.query_async(&mut self.0).await;
        answer.unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// Whether the server answers at this moment.
    pub(crate) async fn is_answered(&mut self) -> bool {
        redis::cmd("PING").query_async::<String>(&mut self.0).await.is_ok()
    }

    /// Sends a command that the server does not live to answer.
    pub(crate) async fn lost(&mut self, command: &str, arguments: &[&str]) {
        let answer = redis::cmd(command).arg(arguments).query_async::<()>(&mut self.0).await;
        assert!(answer.is_err(), "{command}");
    }

    /// Sends a command, unless another node has its key.
    pub(crate) async fn send<T: FromRedisValue>(&mut self, command: &Cmd) -> Option<T> {
        let answer = command.query_async(&mut self.0).await;
        answer.map_err(|error| assert_eq!(error.code(), Some("MOVED"), "{error}")).ok()
    }

    /// Adds a member to a sorted set, unless another node has that key.
    pub(crate) async fn enter(&mut self, set: &str, member: &[u8], score: impl redis::ToRedisArgs) {
        let added = self.send::<i64>(redis::cmd("ZADD").arg(set).arg(score).arg(member)).await;
        assert!(added.is_none_or(|added| added == 1));
    }

    /// The keys that begin with this.
    pub(crate) async fn keys(&mut self, prefix: &str) -> Vec<String> {
        let mut keys: Vec<String> = self.ask(&format!("KEYS {prefix}*")).await;
        keys.sort();
        keys
    }
}
