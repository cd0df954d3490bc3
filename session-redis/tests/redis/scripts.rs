//! A server that has forgotten the scripts.

use session_core::{Now, Store as _};
use session_test_support::Redis;

use crate::sample::{
    HOUR, Raw, builder, connected, first, handle, insert, insert_of, is_unchanged, listed, saved,
    stored, update_of,
};

#[tokio::test]
async fn scripts_that_were_flushed_are_sent_again() {
    let server = Redis::start().await;
    let mut raw = Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    for _ in 0..2 {
        raw.ask::<String>("SCRIPT FLUSH").await;
        let record = stored(&store, insert_of("ann")).await;
        raw.ask::<String>("SCRIPT FLUSH").await;
        let record = saved(&store, update_of(&record)).await;
        raw.ask::<String>("SCRIPT FLUSH").await;
        assert!(is_unchanged(&store, &record).await);
        raw.ask::<String>("SCRIPT FLUSH").await;
        assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
        raw.ask::<String>("SCRIPT FLUSH").await;
        let page = store.list("ann", first(10), Now::Store).await.unwrap();
        assert_eq!(page.records.len(), 1);
        raw.ask::<String>("SCRIPT FLUSH").await;
        let alive = store.alive(&[record.handle, handle()], Now::Store).await.unwrap();
        assert!(matches!(&alive[..], [Some(_), None]));
        raw.ask::<String>("SCRIPT FLUSH").await;
        assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
        raw.ask::<String>("SCRIPT FLUSH").await;
        assert_eq!(store.delete_all("bob", None, Now::Store).await.unwrap().live, 0);
    }
}

#[tokio::test]
async fn a_restart_between_operations_loses_nothing() {
    let server = Redis::durable().await;
    let store = connected(builder(), &server.url()).await;
    let record = stored(&store, insert_of("ann")).await;
    server.restart().await;
    assert!(is_unchanged(&store, &record).await);
    server.restart().await;
    let record = saved(&store, update_of(&record)).await;
    server.restart().await;
    assert_eq!(listed(&store, "ann").await, [record.handle]);
    server.restart().await;
    assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
    server.restart().await;
    stored(&store, insert()).await;
}
