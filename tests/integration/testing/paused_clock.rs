//! Under a paused clock, stores outside of the process answer in real time, and hang until the deadline.

use std::time::Duration;

use session_axum::Store;
use session_axum::testing::{Client, stored};
use session_core::Now;
use session_core::store::{Ending, in_real_time};
use session_test_support::records::{insert, stored as stored_record};
use tokio::time::timeout;

use super::app::{sessions, shop};

/// How long a store may take that hangs.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
const DEADLINE: Duration = Duration::from_secs(3);

/// Runs it in a runtime of its own, whose clock runs.
#[cfg(any(feature = "postgres", feature = "redis"))]
fn outside<R: Send>(start: impl AsyncFnOnce() -> R + Send) -> R {
    use tokio::runtime::Runtime;

    std::thread::scope(|scope| {
        let thread = scope.spawn(|| Runtime::new().expect("a runtime starts").block_on(start()));
        thread.join().expect("it is ready")
    })
}

/// The feed tells what ends, if there is one.
async fn tells(store: &impl Store) {
    let Some(mut feed) = store.endings().await.unwrap() else { return };
    let record = stored_record(store, insert()).await;
    assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
    // In a cluster, it may be under way still.
    let limit = Duration::from_secs(10);
    let told = in_real_time(limit, async {
        while feed.next().await.expect("the feed goes on") != Ending::Of(record.handle) {}
    });
    timeout(limit, told).await.expect("it is told");
}

/// Requests of each kind are answered, and no time passes.
async fn answers(store: impl Store) {
    tells(&store).await;
    let began = tokio::time::Instant::now();
    let sessions = sessions(store, |builder| builder);
    let client = Client::new(shop(&sessions));
    for visits in 1..20 {
        assert_eq!(client.post("/visit").await.text(), visits.to_string());
    }
    client.form("/login", &[("user", "ann")]).await.assert_status(303);
    assert_eq!(sessions.list(&"ann".to_owned()).await.unwrap().len(), 1);
    assert_eq!(stored(&sessions, &client).await.unwrap().visits, 19);
    client.post("/logout").await.assert_status(303);
    assert_eq!(sessions.revoke_all(&"ann".to_owned()).await.unwrap().ended(), 0);
    assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
}

/// A change that meets a store which hangs is answered 503 by the deadline, and the next one is made when it
/// does not hang any more.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
async fn hangs(store: impl Store, hang: impl AsyncFnOnce(), heal: impl AsyncFnOnce()) {
    let sessions = sessions(store, |builder| builder.deadline(DEADLINE));
    let client = Client::new(shop(&sessions));
    client.post("/visit").await.assert_status(200);
    hang().await;
    let began = std::time::Instant::now();
    client.post("/visit").await.assert_status(503);
    let took = began.elapsed();
    assert!((DEADLINE / 2..DEADLINE * 20).contains(&took), "{took:?}");
    heal().await;
    while client.post("/visit").await.status != 200 {
        assert!(began.elapsed() < Duration::from_mins(1), "it does not come back");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_in_memory_answers() {
    answers(session_axum::MemoryStore::new()).await;
}

#[cfg(feature = "postgres")]
mod postgres {
    use session_sqlx::PostgresStore;
    use session_test_support::Postgres;

    use super::{DEADLINE, answers, hangs, outside};
    use crate::testing::app::PATIENCE;

    #[tokio::test(start_paused = true)]
    async fn postgres_answers() {
        let url = outside(async || Postgres::shared().await.database().await);
        let store = PostgresStore::builder().deadline(PATIENCE).connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        answers(store).await;
    }

    #[tokio::test(start_paused = true)]
    async fn postgres_hangs_until_the_deadline() {
        let (server, url) = outside(async || {
            let server = Postgres::start().await;
            let url = server.database().await;
            (server, url)
        });
        let store = PostgresStore::builder().deadline(DEADLINE).connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        hangs(store, async || server.freeze(), async || server.thaw()).await;
    }
}

#[cfg(feature = "redis")]
mod redis {
    use session_redis::{RedisBuilder, RedisStore};
    use session_test_support::{Redis, RedisCluster};

    use super::{DEADLINE, answers, hangs, outside};
    use crate::testing::app::PATIENCE;

    fn builder() -> RedisBuilder {
        RedisStore::builder().prefix("paused:").deadline(PATIENCE)
    }

    #[tokio::test(start_paused = true)]
    async fn redis_answers() {
        let url = outside(async || Redis::shared().await.url());
        answers(builder().connect(&url).await.unwrap()).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_redis_cluster_answers() {
        let urls = outside(async || RedisCluster::shared().await.urls());
        answers(builder().cluster(urls).await.unwrap()).await;
    }

    #[tokio::test(start_paused = true)]
    async fn redis_hangs_until_the_deadline() {
        let server = outside(Redis::start);
        let store = RedisStore::builder().deadline(DEADLINE).connect(&server.url()).await.unwrap();
        hangs(store, async || server.freeze(), async || server.thaw()).await;
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use session_sqlx::SqliteStore;
    use session_test_support::TempDirectory;
    use sqlx::{Connection as _, SqliteConnection};
    use tokio::sync::Mutex;

    use super::{DEADLINE, answers, hangs};
    use crate::testing::app::PATIENCE;

    #[tokio::test(start_paused = true)]
    async fn sqlite_answers() {
        let directory = TempDirectory::new("TERM");
        let builder = SqliteStore::builder().deadline(PATIENCE);
        let store = builder.open(directory.path().join("shop.db")).await.unwrap();
        store.migrate().await.unwrap();
        answers(store).await;
    }

    #[tokio::test(start_paused = true)]
    async fn sqlite_hangs_until_the_deadline() {
        let directory = TempDirectory::new("TERM");
        let file = directory.path().join("shop.db");
        let store = SqliteStore::builder().deadline(DEADLINE).open(&file).await.unwrap();
        store.migrate().await.unwrap();
        // Another program that writes.
        let url = format!("sqlite:{}", file.display());
        let other = Mutex::new(SqliteConnection::connect(&url).await.unwrap());
        let run = async |sql| {
            sqlx::query(sql).execute(&mut *other.lock().await).await.unwrap();
        };
        hangs(store, async || run("BEGIN IMMEDIATE").await, async || run("ROLLBACK").await).await;
    }
}
