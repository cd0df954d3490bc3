//! Builds the sessions, wherever they are to be kept.

use session_axum::{
    KeyRing, MemoryStore, PostgresStore, RedisStore, SessionState, Sessions, SqliteStore,
};
use shop::Place;

pub(crate) async fn sessions<T: SessionState>(place: &Place) -> Sessions<T> {
    let url = &*place.url;
    let builder = match &*place.store {
        "memory" => Sessions::builder(MemoryStore::new()),
        "postgres" => {
            let store = PostgresStore::builder().workers(place.pool as usize).connect(url).await;
            let store = store.expect("the server is up");
            store.migrate().await.expect("the database is empty");
            Sessions::builder(store)
        }
        "sqlite" => {
            let store = SqliteStore::connect(url).await.expect("the file can be created");
            store.migrate().await.expect("the file is empty");
            Sessions::builder(store)
        }
        "redis" => Sessions::builder(RedisStore::connect(url).await.expect("the server is up")),
        "cookie" => {
            let ring = KeyRing::from_bytes([7; 32]).expect("it is long enough");
            Sessions::sealed_cookie(ring).accept_replay_until_expiry()
        }
        store => panic!("there is no store `{store}`"),
    };
    builder.build().expect("the options are sound")
}
