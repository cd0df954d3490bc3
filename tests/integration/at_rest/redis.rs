//! Redis's append-only file and its dump.

use std::process::Command;

use session_redis::RedisStore;
use session_test_support::Redis;

use super::app::{DEADLINE, required_sealing, use_sessions};
use super::files::{check, dump};

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_no_secret_and_with_keys_no_content() {
    for sealing in [None, Some(required_sealing())] {
        let sealed = sealing.is_some();
        let server = Redis::durable().await;
        let store = RedisStore::builder().deadline(DEADLINE).connect(&server.url()).await;
        let store = store.expect("the server runs");
        let secrets = use_sessions(store, sealing).await;
        let saved = Command::new("redis-cli").args(["-u", &server.url(), "SAVE"]).output();
        assert!(saved.expect("it comes with the server").status.success());
        assert!(server.directory().join("dump.rdb").exists());
        check(&dump(server.directory()), &secrets, sealed);
    }
}
