//! The stores and keys of the tests.

use std::sync::LazyLock;

use session_axum::KeyRing;

/// How long a store may take to answer: a busy machine is no failure.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(30);

/// Which keys an application has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// None.
    None,
    /// Records are sealed, and cookies are signed.
    Required,
}

/// The keys of this process, as its configuration would have them.
pub fn keys() -> &'static str {
    static KEYS: LazyLock<String> =
        LazyLock::new(|| KeyRing::generate().expect("the system's random source works"));
    &KEYS
}

/// The same, parsed.
///
/// # Panics
/// Never: they were generated as keys.
pub fn ring() -> KeyRing {
    KeyRing::parse(keys()).expect("they were generated as keys")
}

/// PostgreSQL with a database of its own.
#[cfg(feature = "postgres")]
pub(crate) async fn postgres() -> session_sqlx::PostgresStore {
    let url = session_test_support::Postgres::shared().await.database().await;
    let store = session_sqlx::PostgresStore::builder()
        .workers(2)
        .deadline(DEADLINE)
        .connect(&url)
        .await
        .expect("the server is up");
    store.migrate().await.expect("the database is empty");
    store
}

/// SQLite with a file of its own.
#[cfg(feature = "sqlite")]
pub(crate) async fn sqlite() -> session_sqlx::SqliteStore {
    use session_test_support::TempDirectory;

    static FILES: LazyLock<TempDirectory> = LazyLock::new(|| TempDirectory::new("TERM"));
    let file = FILES.path().join(format!("{}.db", next_number()));
    let builder = session_sqlx::SqliteStore::builder().deadline(DEADLINE);
    let store = builder.open(file).await.expect("the directory is ours");
    store.migrate().await.expect("the file is new");
    store
}

/// Redis with a prefix of its own.
#[cfg(feature = "redis")]
pub(crate) async fn redis() -> session_redis::RedisStore {
    let url = session_test_support::Redis::shared().await.url();
    redis_builder().connect(&url).await.expect("the server is up")
}

/// The same on a Redis Cluster, which the tests of a process share.
#[cfg(feature = "redis")]
pub(crate) async fn redis_cluster() -> session_redis::RedisStore {
    let urls = session_test_support::RedisCluster::shared().await.urls();
    redis_builder().cluster(urls).await.expect("the cluster is up")
}

#[cfg(feature = "redis")]
fn redis_builder() -> session_redis::RedisBuilder {
    let prefix = format!("store-{}:", next_number());
    session_redis::RedisStore::builder().prefix(prefix).deadline(DEADLINE)
}

/// Tells one store of this process from another.
#[cfg(any(feature = "redis", feature = "sqlite"))]
fn next_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};

    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
