//! tower-sessions, with the store that the command line names.

#[path = "../../tower-sessions/src/routes.rs"]
mod routes;

use shop::Place;
use tower_sessions::CachingSessionStore;
use tower_sessions_moka_store::MokaStore;
use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::prelude::{ClientLike, Config, Pool};
use tower_sessions_sqlx_store::PostgresStore;
use tower_sessions_sqlx_store::sqlx::postgres::PgPoolOptions;

#[tokio::main]
async fn main() {
    let Place { store, url, pool: connections } = Place::from_args();
    let app = match &*store {
        "postgres" | "postgres-cached" => {
            let pool = PgPoolOptions::new().max_connections(connections).connect(&url).await;
            let rows = PostgresStore::new(pool.expect("the server is up"));
            rows.migrate().await.expect("the database can be prepared");
            if store == "postgres" {
                routes::app(rows)
            } else {
                // The size that its documentation has.
                routes::app(CachingSessionStore::new(MokaStore::new(Some(2_000)), rows))
            }
        }
        "redis" => {
            let config = Config::from_url(&url).expect("it is a URL");
            let pool =
                Pool::new(config, None, None, None, connections as usize).expect("it has a size");
            pool.connect();
            pool.wait_for_connect().await.expect("the server is up");
            routes::app(RedisStore::new(pool))
        }
        store => panic!("there is no store `{store}`"),
    };
    shop::serve(app).await;
}
