//! A node: its store, its sessions, its port.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use session_axum::{KeyRing, PostgresStore, RedisStore, Sessions, SqliteStore, Store};
use tokio::net::TcpListener;

use super::account::Account;
use super::app::router;
use crate::stores::{Kind, Place};

/// How many sessions a person may be logged in to.
pub(crate) const MAX_SESSIONS: u32 = 3;

/// The application on a store, with everything else as it comes.
///
/// # Panics
/// Never: the options are sound.
pub fn on_store(store: impl Store) -> Router {
    let sessions = Sessions::<Account>::builder(store).max_per_principal(MAX_SESSIONS);
    router(sessions.build().expect("the options are sound"))
}

/// Runs the node that the command line describes: a port, and the [`Place`] of the store.
pub(crate) async fn run(words: &[String]) {
    let (port, place) = words.split_first().expect("a port comes first");
    let address = format!("127.0.0.1:{port}").parse().expect("it is a port");
    let place = Place::parse(place);
    let url = place.urls.first().map_or("", String::as_str);
    let app = match place.kind {
        Kind::Postgres | Kind::Standby => on_store(postgres(url).await),
        Kind::PgBouncer => {
            let store = PostgresStore::builder().transaction_pooler().connect(url).await;
            on_store(store.expect("the pooler is up"))
        }
        Kind::Sqlite => on_store(sqlite(url).await),
        Kind::Redis => on_store(RedisStore::connect(url).await.expect("the server is up")),
        Kind::Sentinel | Kind::Guarded => {
            let (master, sentinels) = place.urls.split_first().expect("the master comes first");
            let store = RedisStore::sentinel(sentinels, master).await;
            on_store(store.expect("a master is up"))
        }
        Kind::Cluster => {
            on_store(RedisStore::cluster(&place.urls).await.expect("the cluster is up"))
        }
        Kind::Sealed => sealed(&place.urls[1], postgres(url).await),
        Kind::Memory => panic!("a store in memory is of one process"),
    };
    serve(address, app).await;
}

async fn postgres(url: &str) -> PostgresStore {
    PostgresStore::connect(url).await.expect("the server is up")
}

async fn sqlite(path: &str) -> SqliteStore {
    SqliteStore::open(path).await.expect("the file can be opened")
}

/// Sessions in their cookies, sealed with this key; the store knows which were ended.
fn sealed(key: &str, revocations: impl Store) -> Router {
    let ring = KeyRing::parse(key).expect("it was generated");
    let sessions = Sessions::<Account>::sealed_cookie(ring).revocations(revocations);
    router(sessions.build().expect("the options are sound"))
}

/// Serves for ever.
pub(crate) async fn serve(address: SocketAddr, app: Router) {
    let listener = loop {
        match TcpListener::bind(address).await {
            Ok(listener) => break listener,
            // What is left of the process that was killed on this port.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    axum::serve(listener, app).await.expect("serving does not end");
}
