//! `axum_session`, with the store that the command line names.

mod routes;

use axum_session::{SessionConfig, SessionNullPool};
use axum_session_redispool::SessionRedisPool;
use axum_session_sqlx::SessionPgPool;
use redis_pool::RedisPool;
use shop::Place;
use sqlx::postgres::PgPoolOptions;

/// How many connections a pool has, in every server.
const POOL: u32 = 8;

#[tokio::main]
async fn main() {
    let Place { store, url } = Place::from_args();
    let config = SessionConfig::default().with_table_name("sessions_table");
    // By default a session stays in the process for an hour. Without that every request reads it from the database, as
    // several nodes need it.
    let uncached = config.clone().with_memory_lifetime(time::Duration::ZERO);
    let app = match &*store {
        "memory" => routes::app::<SessionNullPool>(None, config).await,
        "postgres" | "postgres-cached" => {
            let pool = PgPoolOptions::new().max_connections(POOL).connect(&url).await;
            let pool = SessionPgPool::from(pool.expect("the server is up"));
            let config = if store == "postgres" { uncached } else { config };
            routes::app(Some(pool), config).await
        }
        "redis" => {
            let client = redis::Client::open(url).expect("it is a URL");
            let pool = RedisPool::new(client, POOL as usize, Some(POOL as usize));
            routes::app(Some(SessionRedisPool::from(pool)), uncached).await
        }
        store => panic!("there is no store `{store}`"),
    };
    shop::serve(app).await;
}
