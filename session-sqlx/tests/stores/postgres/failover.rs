//! Servers that do not write: a standby, a read-only one, and a fail-over from one to the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use session_core::store::{Ending, Record};
use session_core::{Handle, Now, Store as _, StoreError};
use session_sqlx::{ConnectError, NoPrimary, NotPrimary, PostgresStore};
use session_test_support::Postgres;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::fixtures::{
    Database, error_chain, handle, insert, is_unchanged, loaded, migrated, patient, stored,
};

const DEADLINE: Duration = Duration::from_secs(3);

/// The error of a load, which is of a server that does not write.
async fn refused(store: &PostgresStore, handle: Handle) -> NotPrimary {
    let error = store.load(handle, Now::Store).await.expect_err("the server may be out of date");
    let StoreError::Failed(cause) = &error else { panic!("{error:?}") };
    cause.downcast_ref::<NotPrimary>().unwrap_or_else(|| panic!("{cause:?}")).clone()
}

#[tokio::test]
async fn a_standby_is_refused_in_words_until_it_is_promoted() {
    let primary = Postgres::start().await;
    let url = primary.database().await;
    let record = stored(&migrated(patient(), &url).await, insert()).await;
    let standby = primary.standby().await;
    let database = url.rsplit('/').next().expect("a URL ends with the database");
    let url = standby.url(database);
    let error = PostgresStore::connect(&url).await.expect_err("it is a standby");
    let words = error.to_string();
    let expected = format!("the server at {} is a standby", standby.address());
    assert!(words.contains(&expected) && words.contains("name the primary"), "{words}");

    // One that began before the server was a standby asks it nothing, and works when it is none.
    let options: PgConnectOptions = url.parse().expect("it is a URL");
    let pool = sqlx::PgPool::connect_lazy_with(options);
    let store = PostgresStore::builder().deadline(DEADLINE).pool(&pool).expect("it is right");
    assert!(refused(&store, record.handle).await.is_standby());
    let error = error_chain(&store.migrate().await.expect_err("nothing can be migrated there"));
    assert!(error.contains(&expected), "{error}");
    primary.kill();
    standby.promote().await;
    while store.load(record.handle, Now::Store).await.is_err() {}
    assert!(is_unchanged(&store, &record).await);
}

#[tokio::test]
async fn a_read_only_server_database_or_role_is_refused_in_words() {
    let server = Postgres::start().await;
    let database = Database(server.database().await);
    migrated(patient(), &database.0).await;
    for (on, off) in [
        (
            "ALTER ROLE postgres SET default_transaction_read_only = on",
            "BEGIN READ WRITE; ALTER ROLE postgres RESET default_transaction_read_only; COMMIT",
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
            "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$; COMMIT",
        ),
    ] {
        database.execute(on).await;
        let error = patient().connect(&database.0).await.expect_err("it is read only");
        assert!(matches!(&error, ConnectError::NotPrimary(error) if !error.is_standby()));
        assert!(error.to_string().contains("read only"), "{error}");
        database.execute(off).await;
        patient().connect(&database.0).await.expect("it writes again");
    }
}

/// As before a planned fail-over: connections stay open.
#[tokio::test]
async fn a_server_that_becomes_read_only_answers_no_read_any_more() {
    let server = Postgres::start().await;
    let store = migrated(patient().deadline(DEADLINE), &server.database().await).await;
    let record = stored(&store, insert()).await;
    for _ in 0..20 {
        assert!(loaded(&store, record.handle).await.is_some());
    }
    let mut feed = store.endings().await.expect("the store works").expect("it has a feed");
    server.set("default_transaction_read_only", "on").await;
    for _ in 0..3 {
        assert!(!refused(&store, record.handle).await.is_standby());
        assert!(!refused(&store, handle()).await.is_standby(), "nor that there is none");
    }
    store.alive(&[record.handle], Now::Store).await.expect_err("it may be out of date");
    store.health().await.expect_err("it cannot be used");
    while feed.next().await.is_some() {}
    server.set("default_transaction_read_only", "off").await;
    while store.load(record.handle, Now::Store).await.is_err() {}
    assert!(is_unchanged(&store, &record).await);
    store.health().await.expect("it can be used");
}

#[tokio::test]
async fn hosts_are_tried_until_one_is_the_primary() {
    let primary = Postgres::start().await;
    let url = primary.database().await;
    let standby = primary.standby().await;
    let both = standby.url_or(&primary, &url);
    let store = migrated(patient(), &both).await;
    let record = stored(&store, insert()).await;
    assert!(loaded(&migrated(patient(), &url).await, record.handle).await.is_some());
    primary.kill();
    let error = PostgresStore::connect(&both).await.expect_err("there is no primary");
    let ConnectError::NoPrimary(hosts) = &error else { panic!("{error:?}") };
    let hosts: &NoPrimary = hosts;
    assert_eq!(hosts.hosts().count(), 2);
    let words = error.to_string();
    assert!(words.contains(&format!("{} is a standby", standby.address())), "{words}");
    assert!(words.contains(&format!("{} (", primary.address())), "{words}");
}

/// What was acknowledged to the callers.
#[derive(Default)]
struct Ledger {
    alive: Vec<Record>,
    ended: Vec<Handle>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fail_over_under_load_loses_nothing_that_was_acknowledged() {
    let primary = Postgres::start().await;
    let url = primary.database().await;
    migrated(patient(), &url).await;
    let standby = primary.standby().await;
    let both = format!("{}?target_session_attrs=read-write", primary.url_or(&standby, &url));
    let store = PostgresStore::builder().deadline(DEADLINE).connect(&both).await.expect("it is up");
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let served = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let (store, ledger, served) = (store.clone(), Arc::clone(&ledger), Arc::clone(&served));
        callers.spawn(async move { log_in_and_out(&store, &ledger, &served).await });
    }
    let until = async |number: usize| {
        let goal = served.load(Ordering::Relaxed) + number;
        while served.load(Ordering::Relaxed) < goal {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    until(200).await;
    let mut feed = store.endings().await.expect("the store works").expect("it has a feed");
    primary.kill();
    while feed.next().await.is_some() {}
    standby.promote().await;
    // What waits for a standby of its own would wait for ever.
    standby.set("synchronous_standby_names", "").await;
    timeout(20 * DEADLINE, until(200)).await.expect("the store goes on without a restart");

    // The old primary is there again, as a standby that has missed all that.
    primary.demote().await;
    until(200).await;
    callers.shutdown().await;
    let ledger = ledger.lock().await;
    // Another begins with the host that it finds first in its URL.
    let restarted = PostgresStore::connect(&both).await.expect("there is a primary");
    for store in [&store, &restarted] {
        for record in &ledger.alive {
            assert!(loaded(store, record.handle).await.is_some(), "it was acknowledged");
        }
        for ended in &ledger.ended {
            assert!(loaded(store, *ended).await.is_none(), "it was ended");
        }
    }
    assert!(ledger.ended.len() > 50 && ledger.alive.len() > 50);

    let record = stored(&store, insert()).await;
    let mut feed = store.endings().await.expect("the store works").expect("it has a feed");
    assert!(store.delete(record.handle, None, Now::Store).await.expect("the store works"));
    while feed.next().await.expect("the feed goes on") != Ending::Of(record.handle) {}
}

/// Begins sessions and ends every other one, and notes what was acknowledged.
async fn log_in_and_out(store: &PostgresStore, ledger: &Mutex<Ledger>, served: &AtomicUsize) {
    loop {
        let insert = insert();
        let handle = insert.handle;
        if store.insert(insert, Now::Store).await.is_err() {
            continue;
        }
        let Ok(Some(record)) = store.load(handle, Now::Store).await else { continue };
        if served.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            ledger.lock().await.alive.push(record);
        } else if store.delete(handle, None, Now::Store).await.is_ok() {
            ledger.lock().await.ended.push(handle);
            let read = store.load(handle, Now::Store).await;
            assert!(!matches!(read, Ok(Some(_))), "a session that was ended is back");
        }
    }
}
