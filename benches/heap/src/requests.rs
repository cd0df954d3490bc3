//! Requests in flight, held inside of their handlers.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::routing::get;
use session_axum::{MemoryStore, Sessions, require_session};
use site::{Shop, Site};
use tokio::sync::RwLock;
use tokio::task::{JoinSet, yield_now};

use crate::heap::{HEAP, print};

/// Handlers wait for it while it is held.
static GATE: RwLock<()> = RwLock::const_new(());

/// How many are held at once.
const HELD: u32 = 1000;

async fn plain() {
    drop(GATE.read().await);
}

#[require_session]
async fn read(shop: &Shop) -> String {
    drop(GATE.read().await);
    shop.counter.to_string()
}

#[require_session]
async fn write(shop: &mut Shop) -> String {
    shop.counter += 1;
    drop(GATE.read().await);
    shop.counter.to_string()
}

/// Prints the bytes of each request while it waits in its handler, and the most that one takes from its beginning to its end.
pub(crate) async fn count() {
    let routes = Router::new()
        .route("/held/plain", get(plain))
        .route("/held/read", get(read))
        .route("/held/write", get(write));
    let site = Site::with(routes, Sessions::builder(MemoryStore::new())).await;
    let mut cookies = Vec::new();
    for n in 0..HELD {
        cookies.push(site.begin_as(n.into()).await);
    }
    let site = Arc::new(site);
    for path in ["/held/plain", "/held/read", "/held/write"] {
        let route = path.trim_start_matches("/held/");
        let cookies = if route == "plain" { vec![None; cookies.len()] } else { some(&cookies) };
        // Once before, so that what stays is there.
        held(&site, path, &cookies).await;
        print(&format!("held {route}"), HELD.into(), held(&site, path, &cookies).await);
        print(&format!("peak {route}"), 1, peak(&site, path, cookies[0].as_ref()).await);
    }
}

fn some(cookies: &[HeaderValue]) -> Vec<Option<HeaderValue>> {
    cookies.iter().cloned().map(Some).collect()
}

/// The bytes of each of many that wait.
async fn held(site: &Arc<Site>, path: &'static str, cookies: &[Option<HeaderValue>]) -> f64 {
    let gate = GATE.write().await;
    let mut requests = JoinSet::new();
    let before = HEAP.current_usage();
    for cookie in cookies {
        let (site, cookie) = (Arc::clone(site), cookie.clone());
        requests.spawn(async move { site.ask(path, cookie.as_ref()).await.status() });
    }
    for _ in 0..100 {
        yield_now().await;
    }
    let bytes = u32::try_from(HEAP.current_usage() - before).expect("it is below 4 GB");
    drop(gate);
    while requests.join_next().await.is_some() {}
    f64::from(bytes) / f64::from(HELD)
}

/// The most bytes that one has at once, from its beginning to its end.
async fn peak(site: &Site, path: &'static str, cookie: Option<&HeaderValue>) -> f64 {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    site.ask(path, cookie).await;
    f64::from(u32::try_from(HEAP.peak_usage() - before).expect("it is below 4 GB"))
}
