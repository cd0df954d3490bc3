//! The readiness probe, while the store goes and comes.

use std::time::{Duration, Instant};

use session_test_support::Redis;
use tokio::task::block_in_place;

use super::program::node;
use crate::examples::program::shell;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_ready_while_its_store_is_gone() {
    let server = Redis::durable().await;
    let chat = node(&server.url()).await;
    let probe = || {
        let curl = "curl -s -o answer -w '%{http_code} ' http://localhost";
        let line = format!("{curl}:{}/ready && cat answer", chat.port);
        block_in_place(|| shell(&line, chat.directory.path()))
    };
    assert_eq!(probe(), "200 the session store is in order\n");
    block_in_place(|| server.kill());
    let gone = probe();
    assert!(gone.starts_with("503 "), "{gone}");
    server.restart().await;
    let restarted = Instant::now();
    while !probe().starts_with("200 ") {
        assert!(restarted.elapsed() < Duration::from_secs(10), "it is not ready again");
    }
}
