//! A node's start: its store, its sessions, its port.

use std::io::{self, Read as _};
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use session_axum::{Lifetime, Sessions, Store};
use session_redis::RedisStore;
use session_sqlx::{PostgresStore, SqliteStore};
use tokio::net::TcpListener;

use super::app;
use super::observed::Observed;
use super::state::{AppState, Guest};

/// How long a session lives that is remembered: so short that its end can be waited for.
pub(crate) const BRIEF_ABSOLUTE: Duration = Duration::from_secs(5);
/// The same without use.
const BRIEF_IDLE: Duration = Duration::from_secs(3);
/// How many sessions a user may have.
const MAX_PER_USER: u32 = 2;

/// Runs the node that the command line describes: the kind of store, where it is, and `feed` or `no-feed`.
pub(crate) async fn run(args: &[String]) {
    let [kind, url, feed] = args else { panic!("node STORE URL FEED") };
    let has_feed = feed == "feed";
    match &**kind {
        "postgres" => {
            let store = PostgresStore::connect(url).await.expect("the server is up");
            serve(store, has_feed).await;
        }
        "pooled" => {
            let store = PostgresStore::builder().transaction_pooler();
            serve(store.connect(url).await.expect("the pooler is up"), has_feed).await;
        }
        "redis" => serve(RedisStore::connect(url).await.expect("the server is up"), has_feed).await,
        "sqlite" => {
            serve(SqliteStore::open(url).await.expect("the file can be opened"), has_feed).await;
        }
        other => panic!("{other} is no store"),
    }
}

async fn serve<S: Store>(store: S, has_feed: bool) {
    let store = Observed::new(store, has_feed);
    let counts = Arc::clone(&store.counts);
    let hour = Duration::from_hours(1);
    let lifetime = Lifetime::new(24 * hour, hour)
        .and_then(|lifetime| lifetime.remembering(BRIEF_ABSOLUTE, BRIEF_IDLE))
        .expect("they are possible");
    let sessions = Sessions::<Guest>::builder(store)
        .lifetime(lifetime)
        .max_per_principal(MAX_PER_USER)
        .without_cleaner()
        .build()
        .expect("the options are sound");
    let app = app::routes(AppState::new(sessions, counts));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("some port is free");
    println!("{}", listener.local_addr().expect("it is bound").port());
    // It ends with whoever started it.
    thread::spawn(|| {
        _ = io::stdin().read(&mut [0]);
        process::exit(0);
    });
    axum::serve(listener, app).await.expect("serving does not end");
}
