//! Log-ins and revocations: what they cost, and that they wait for each other.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use session_core::store::{Inserted, LogIn, Record, Update, Updated};
use session_core::{Now, Store as _};
use session_sqlx::PostgresStore;
use session_test_support::{Postgres, Proxy};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::fixtures::{
    DAY, handle, insert, insert_of, listed, migrated, patient, store, stored, update_of, updated,
    with,
};

/// A connection that lay idle for a second is asked for a sign of life before the next write. A count that took
/// longer than this is taken again.
const BRISK: Duration = Duration::from_millis(900);

fn at_most(limit: u32) -> LogIn {
    LogIn::new(None, NonZeroU32::new(limit))
}

#[tokio::test]
async fn a_log_in_a_list_and_a_revocation_take_one_round_trip_each() {
    let server = Postgres::shared().await;
    let proxy = Proxy::before(server.address()).await;
    let url = proxy.url(&server.database().await);
    let store = migrated(patient().workers(1), &url).await;
    let mut round_trips = None;
    for attempt in 0..20 {
        let began = Instant::now();
        let cart = stored(&store, insert()).await;
        let update = with(update_of(&cart), |update| {
            update.principal = Some("1".into());
            update.authenticated = Some(DAY);
            update.log_in = at_most(2);
        });
        proxy.reset_round_trips();
        // The first time, each statement is prepared.
        assert!(matches!(updated(&store, update).await, Updated::Saved(_)));
        let fresh = with(insert_of("1"), |insert| insert.log_in = at_most(2));
        let _ = store.insert(fresh, Now::Store).await.expect("the store works");
        assert_eq!(listed(&store, "1").await.len(), 2);
        let ended = store.delete_all("2", None, Now::Store).await;
        assert_eq!(ended.expect("the store works").live, 0);
        if attempt > 0 && began.elapsed() < BRISK {
            round_trips = Some(proxy.round_trips());
            break;
        }
    }
    assert_eq!(round_trips, Some(4));
}

#[tokio::test]
async fn a_question_after_many_sessions_takes_one_round_trip_and_one_after_none_takes_none() {
    let server = Postgres::shared().await;
    let proxy = Proxy::before(server.address()).await;
    let store = migrated(patient().workers(1), &proxy.url(&server.database().await)).await;
    let record = stored(&store, insert()).await;
    let mut handles: Vec<_> = std::iter::repeat_with(handle).take(300).collect();
    handles.insert(200, record.handle);
    for _ in 0..2 {
        proxy.reset_round_trips();
        // The first time, the statement is prepared.
        let alive = store.alive(&handles, Now::Store).await.expect("the store works");
        assert_eq!(alive.iter().flatten().count(), 1);
        assert!(alive[200].is_some());
        assert_eq!(store.alive(&[], Now::Store).await.expect("nothing is asked"), []);
    }
    assert_eq!(proxy.round_trips(), 1);
}

#[tokio::test]
async fn a_sweep_deletes_old_revocations() {
    let (store, database) = store(patient()).await;
    for principal in ["1", "2", "3"] {
        store.delete_all(principal, None, Now::Store).await.expect("the store works");
    }
    let age = "UPDATE sessions_revocations SET revoked = revoked - interval '61 min'";
    database.execute(&format!("{age} WHERE principal < '3'")).await;
    store.sweep(1, Now::Store).await.expect("the store works");
    let count = "SELECT count(*) FROM sessions_revocations";
    assert_eq!(database.number(count).await, 2, "one at a time");
    store.sweep(10, Now::Store).await.expect("the store works");
    assert_eq!(database.number(count).await, 1);
}

#[tokio::test]
async fn a_log_in_waits_for_a_revocation_in_flight() {
    let (store, database) = store(patient()).await;
    let theirs = stored(&store, insert_of("1")).await;
    let mut other = database.connect().await;
    let mut holding = other.begin().await.expect("the server is up");
    holding.execute("SELECT FROM sessions FOR UPDATE").await.expect("nobody has it");
    let revoking = tokio::spawn({
        let store = store.clone();
        async move { store.delete_all("1", None, Now::Store).await }
    });
    database.until_blocked(1).await;
    let began = LogIn::new(Some(theirs.times.now), None);
    let late = tokio::spawn({
        let (store, insert) = (store.clone(), with(insert_of("1"), |insert| insert.log_in = began));
        async move { store.insert(insert, Now::Store).await }
    });
    database.until_blocked(2).await;
    holding.rollback().await.expect("the server is up");
    assert_eq!(revoking.await.expect("no panic").expect("the store works").live, 1);
    let late = late.await.expect("no panic").expect("the store works");
    assert!(matches!(late, Inserted::Revoked(_)), "{late:?}");
    assert!(listed(&store, "1").await.is_empty());
}

/// What logs "1" in to this record, as of when that was created.
fn early(record: &Record) -> Update {
    with(update_of(record), |update| {
        update.principal = Some("1".into());
        update.authenticated = Some(DAY);
        update.log_in = LogIn::new(Some(record.times.created), None);
    })
}

fn revoking(store: &PostgresStore) -> tokio::task::JoinHandle<u64> {
    let store = store.clone();
    tokio::spawn(async move {
        store.delete_all("1", None, Now::Store).await.expect("the store works").live
    })
}

/// The log-in has its turn, and waits for a row that somebody else holds.
#[tokio::test]
async fn a_revocation_ends_the_session_of_a_log_in_in_flight() {
    for limit in [None, NonZeroU32::new(3)] {
        let (store, database) = store(patient()).await;
        let cart = stored(&store, insert()).await;
        let mut other = database.connect().await;
        let mut holding = other.begin().await.expect("the server is up");
        holding.execute("SELECT FROM sessions FOR UPDATE").await.expect("nobody has it");
        let log_in = tokio::spawn({
            let (store, update) =
                (store.clone(), with(early(&cart), |update| update.log_in.limit = limit));
            async move { updated(&store, update).await }
        });
        database.until_blocked(1).await;
        let revoked = revoking(&store);
        database.until_blocked(2).await;
        holding.rollback().await.expect("the server is up");
        let answer = log_in.await.expect("no panic");
        assert!(matches!(answer, Updated::Saved(_)), "{answer:?}");
        assert_eq!(revoked.await.expect("no panic"), 1);
        assert!(listed(&store, "1").await.is_empty());
    }
}

/// A log-in by an update has read its row before it waits.
#[tokio::test]
async fn a_log_in_to_a_known_session_is_refused_by_a_revocation_in_flight() {
    for limit in [None, NonZeroU32::new(3)] {
        let (store, database) = store(patient()).await;
        let cart = stored(&store, insert()).await;
        let mut other = database.connect().await;
        let mut revocation = other.begin().await.expect("the server is up");
        revocation.execute("SELECT sessions_revoke(NULL, '1', NULL)").await.expect("it works");
        let log_in = tokio::spawn({
            let (store, update) =
                (store.clone(), with(early(&cart), |update| update.log_in.limit = limit));
            async move { updated(&store, update).await }
        });
        database.until_blocked(1).await;
        revocation.commit().await.expect("the server is up");
        let answer = log_in.await.expect("no panic");
        assert!(matches!(answer, Updated::Revoked(_)), "{answer:?}");
        assert!(listed(&store, "1").await.is_empty());
    }
}

/// What a release of the fifth version sends: the functions of the steps before.
fn log_in_of_before(limit: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT FROM sessions_log_in_fresh(ARRAY[NULL::timestamptz], ARRAY[gen_random_uuid()],
            ARRAY[sha256('')], ARRAY['1'], ARRAY['a'::bytea], ARRAY[false], ARRAY[NULL],
            ARRAY[interval '1 h'], ARRAY[interval '1 d'], ARRAY[now()], ARRAY[{limit}::integer])"
    ))
}

#[tokio::test]
async fn a_revocation_waits_for_a_log_in_of_the_release_before() {
    let (store, database) = store(patient()).await;
    let mut other = database.connect().await;
    let mut log_in = other.begin().await.expect("the server is up");
    log_in.execute(log_in_of_before("NULL")).await.expect("it works");
    let revoked = revoking(&store);
    database.until_blocked(1).await;
    log_in.commit().await.expect("the server is up");
    assert_eq!(revoked.await.expect("no panic"), 1);
    assert!(listed(&store, "1").await.is_empty());
}

/// Of two that are limited only one counts at a time, whichever release sends it.
#[tokio::test]
async fn the_limit_holds_beside_the_release_before() {
    let (store, database) = store(patient()).await;
    stored(&store, insert_of("1")).await;
    let mut other = database.connect().await;
    let mut log_in = other.begin().await.expect("the server is up");
    log_in.execute(log_in_of_before("2")).await.expect("it works");
    let fresh = tokio::spawn({
        let store = store.clone();
        let insert = with(insert_of("1"), |insert| insert.log_in = at_most(2));
        async move { store.insert(insert, Now::Store).await }
    });
    database.until_blocked(1).await;
    log_in.commit().await.expect("the server is up");
    let fresh = fresh.await.expect("no panic").expect("the store works");
    assert!(matches!(fresh, Inserted::Saved(_)), "{fresh:?}");
    assert_eq!(listed(&store, "1").await.len(), 2);
}

/// Whoever has no limit does not wait for each other, whatever principal they log in as.
#[tokio::test]
async fn log_ins_without_a_limit_do_not_wait_for_each_other() {
    let (store, database) = store(patient()).await;
    let mut other = database.connect().await;
    let mut log_in = other.begin().await.expect("the server is up");
    log_in.execute(log_in_of_before("NULL")).await.expect("it works");
    stored(&store, insert_of("1")).await;
    let cart = stored(&store, insert()).await;
    assert!(matches!(updated(&store, early(&cart)).await, Updated::Saved(_)));
    log_in.commit().await.expect("the server is up");
    assert_eq!(listed(&store, "1").await.len(), 3);
}
