//! tower-sessions, with the store that the command line names.

#[path = "../../tower-sessions/src/routes.rs"]
mod routes;

use shop::Place;
use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::prelude::{ClientLike, Config, Pool};
use tower_sessions_sqlx_store::PostgresStore;
use tower_sessions_sqlx_store::sqlx::postgres::PgPoolOptions;

/// How many connections a pool has, in every server.
const POOL: u32 = 8;

#[tokio::main]
async fn main() {
    let Place { store, url } = Place::from_args();
    let app = match &*store {
        "postgres" => {
            let pool = PgPoolOptions::new().max_connections(POOL).connect(&url).await;
            let store = PostgresStore::new(pool.expect("the server is up"));
            store.migrate().await.expect("the database is empty");
            routes::app(store)
        }
        "redis" => {
            let config = Config::from_url(&url).expect("it is a URL");
            let pool = Pool::new(config, None, None, None, POOL as usize).expect("it has a size");
            pool.connect();
            pool.wait_for_connect().await.expect("the server is up");
            routes::app(RedisStore::new(pool))
        }
        store => panic!("there is no store `{store}`"),
    };
    shop::serve(app).await;
}
