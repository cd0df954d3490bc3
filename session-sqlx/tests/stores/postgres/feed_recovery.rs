//! Feeds of endings that end, and servers and tables that have none.

use std::time::{Duration, Instant};

use session_core::store::{Ending, Endings};
use session_core::{Now, Store as _};
use session_sqlx::PostgresStore;
use session_test_support::resilience::STALL;
use session_test_support::{PgBouncer, Postgres, Proxy, Warnings};
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::fixtures::{Database, error_chain, insert, migrated, patient, store, stored};

const DEADLINE: Duration = Duration::from_secs(3);

/// The feed of a store on this server, and its database.
async fn feed(url: &str) -> (PostgresStore, Endings) {
    let store = migrated(patient().deadline(DEADLINE), url).await;
    let feed = store.endings().await.expect("the store works").expect("it has a feed");
    (store, feed)
}

#[test]
fn a_feed_ends_with_its_runtime() {
    let runtime = || Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let (store, mut feed) =
        runtime().block_on(async { feed(&Postgres::shared().await.database().await).await });
    runtime().block_on(async {
        while feed.next().await.is_some() {}
        assert!(store.endings().await.expect("the store works").is_some());
    });
}

/// How long it takes until the feed is over.
async fn ends(feed: &mut Endings) -> Duration {
    let began = Instant::now();
    let end = async { while feed.next().await.is_some() {} };
    timeout(DEADLINE + 2 * STALL, end).await.expect("the feed ends");
    began.elapsed()
}

const END: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'session-sqlx endings'";

#[tokio::test]
async fn a_feed_whose_connection_the_server_ends_is_over_at_once() {
    let database = Database(Postgres::shared().await.database().await);
    let (store, mut feed) = feed(&database.0).await;
    database.execute(END).await;
    // Not by a question that is not answered.
    assert!(ends(&mut feed).await < DEADLINE);
    let record = stored(&store, insert()).await;
    let mut next = store.endings().await.expect("the store works").expect("it has a feed");
    assert!(store.delete(record.handle, None, Now::Store).await.expect("the store works"));
    while next.next().await.expect("the feed goes on") != Ending::Of(record.handle) {}
}

#[tokio::test]
async fn a_feed_whose_connection_is_cut_is_over_at_once() {
    let server = Postgres::shared().await;
    let proxy = Proxy::before(server.address()).await;
    let (store, mut feed) = feed(&proxy.url(&server.database().await)).await;
    proxy.cut().await;
    assert!(ends(&mut feed).await < DEADLINE);
    store.endings().await.expect_err("the server cannot be reached");
}

#[tokio::test]
async fn a_feed_of_a_frozen_server_is_over_within_the_deadline_and_a_second() {
    let server = Postgres::start().await;
    let (store, mut feed) = feed(&server.database().await).await;
    server.freeze();
    let took = ends(&mut feed).await;
    assert!(took < DEADLINE + Duration::from_secs(1) + STALL / 4, "{took:?}");
    store.endings().await.expect_err("the server does not answer");
    server.thaw();
}

#[tokio::test]
async fn a_feed_that_hears_nothing_any_more_is_over_within_the_deadline_and_a_second() {
    let server = Postgres::shared().await;
    for is_half_open in [false, true] {
        let proxy = Proxy::before(server.address()).await;
        let (_store, mut feed) = feed(&proxy.url(&server.database().await)).await;
        if is_half_open {
            proxy.half_open().await;
        } else {
            proxy.black_hole().await;
        }
        let took = ends(&mut feed).await;
        assert!(took < DEADLINE + Duration::from_secs(1) + STALL / 4, "{took:?}");
    }
}

/// The one warning why there is no feed, though it is asked for twice.
async fn warning(store: &PostgresStore) -> String {
    let warnings = Warnings::capture();
    for _ in 0..2 {
        assert!(store.clone().endings().await.expect("the store works").is_none());
    }
    let mut said = warnings.take();
    assert_eq!(said.len(), 1, "{said:#?}");
    let said = said.remove(0);
    assert!(said.contains("check_every") && said.contains("table=\"sessions\""), "{said}");
    said
}

#[tokio::test]
async fn behind_a_pooler_in_transaction_mode_there_is_no_feed_and_nobody_listens() {
    let server = Postgres::shared().await;
    let pooler = PgBouncer::before(server).await;
    let url = server.database().await;
    let store = migrated(patient().transaction_pooler(), &pooler.url(&url)).await;
    let said = warning(&store).await;
    assert!(said.contains("pooler in transaction mode"), "{said}");
    // A client that is lent a connection that listens is sent what it does not expect.
    for _ in 0..20 {
        let record = stored(&store, insert()).await;
        assert!(store.delete(record.handle, None, Now::Store).await.expect("the store works"));
    }
}

#[tokio::test]
async fn a_feed_is_over_when_its_server_is_a_standby_and_there_is_no_other() {
    let server = Postgres::start().await;
    let (store, mut feed) = feed(&server.database().await).await;
    server.demote().await;
    ends(&mut feed).await;
    let error = store.endings().await.expect_err("a standby notifies nobody");
    assert!(error_chain(&error).contains("is a standby"), "{error:?}");
}

#[tokio::test]
async fn without_its_triggers_a_table_has_no_feed() {
    let (store, database) = store(patient()).await;
    let mut feed = store.endings().await.expect("the store works").expect("it has a feed");
    database.execute("ALTER TABLE sessions DISABLE TRIGGER session_ending_deleted").await;
    ends(&mut feed).await;
    let said = warning(&store).await;
    assert!(said.contains("call `migrate()`"), "{said}");
    database.execute("ALTER TABLE sessions ENABLE TRIGGER session_ending_deleted").await;
    assert!(store.endings().await.expect("the store works").is_some());
}

/// The channel is the table's number, which the new one does not have.
#[tokio::test]
async fn a_feed_is_over_when_another_table_takes_the_place_of_its_own() {
    let database = Database(Postgres::shared().await.database().await);
    let (store, mut feed) = feed(&database.0).await;
    database
        .execute(
            "ALTER TABLE sessions RENAME TO old; CREATE TABLE sessions (LIKE old INCLUDING ALL)",
        )
        .await;
    ends(&mut feed).await;
    assert!(store.endings().await.expect("the store works").is_none());
}
