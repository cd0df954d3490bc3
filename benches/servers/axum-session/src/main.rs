//! `axum_session`, with the store that the command line names.

mod routes;

use axum_session::{SessionConfig, SessionNullPool};
use axum_session_redispool::SessionRedisPool;
use axum_session_sqlx::SessionPgPool;
use redis_pool::RedisPool;
use shop::Place;
use sqlx::postgres::PgPoolOptions;

#[tokio::main]
async fn main() {
    let Place { store, url, pool: connections } = Place::from_args();
    let config =
        SessionConfig::default().with_table_name("sessions_table").with_bloom_filter(false);
    // By default a session stays in the process for an hour. Without that every request reads it from the database, as
    // several nodes need it.
    let uncached = config.clone().with_memory_lifetime(time::Duration::ZERO);
    let app = match &*store {
        "memory" => routes::app::<SessionNullPool>(None, config).await,
        "postgres" | "postgres-cached" => {
            let pool = PgPoolOptions::new().max_connections(connections).connect(&url).await;
            let pool = SessionPgPool::from(pool.expect("the server is up"));
            let config = if store == "postgres" { uncached } else { config };
            // A node that remembers tokens need not ask whether a new one is taken.
            routes::app(Some(pool), config.with_bloom_filter(true)).await
        }
        "redis" => {
            let client = redis::Client::open(url).expect("it is a URL");
            let connections = connections as usize;
            let pool = RedisPool::new(client, connections, Some(connections));
            routes::app(Some(SessionRedisPool::from(pool)), uncached).await
        }
        store => panic!("there is no store `{store}`"),
    };
    shop::serve(app).await;
}
