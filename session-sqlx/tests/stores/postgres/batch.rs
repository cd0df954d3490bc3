//! Batches: calls that wait together are sent together, each answered as if it were alone.

use session_core::store::{Inserted, LogIn, Record, Update, Updated};
use session_core::{Handle, Now, Store as _, StoreError};
use session_test_support::{Postgres, Proxy};
use sqlx::Executor as _;
use tokio::task::{JoinHandle, JoinSet};

use super::fixtures::{
    DAY, Database, HOUR, handle, insert, insert_of, listed, loaded, migrated, patient, store,
    stored, update_of, updated, with,
};
use super::held::{Held, records};

/// How often the statements were executed that contain this.
async fn executed(database: &Database, what: &str) -> u64 {
    let statements = Postgres::shared().await.statements(&database.0).await;
    statements.iter().filter(|(text, _)| text.contains(what)).map(|(_, calls)| calls).sum()
}

#[tokio::test]
async fn calls_that_wait_together_are_sent_as_one_statement() {
    let held = Held::new().await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let records = records(20, &database).await;
    let calls = records.clone().into_iter().enumerate().flat_map(|(number, record)| {
        let fresh = with(insert(), |insert| insert.fields = vec![3].into());
        let theirs = insert_of(&number.to_string());
        let log_in = with(update_of(&record), |update| {
            update.principal = Some("1".into());
            update.authenticated = Some(DAY);
        });
        let change = with(update_of(&record), |update| {
            update.fields = vec![u8::try_from(number).unwrap()].into();
        });
        let update = if number % 2 == 0 { log_in } else { change };
        let handle = record.handle;
        let call = |kind: usize| {
            let (store, fresh, theirs, update) =
                (store.clone(), fresh.clone(), theirs.clone(), update.clone());
            async move {
                match kind {
                    0 => assert!(loaded(&store, handle).await.is_some()),
                    1 => assert!(matches!(updated(&store, update).await, Updated::Saved(_))),
                    2 => assert!(store.touch(handle, HOUR, Now::Store).await.expect("it works")),
                    3 => {
                        let answer = store.insert(fresh, Now::Store).await.expect("it works");
                        assert!(matches!(answer, Inserted::Saved(_)));
                    }
                    _ => {
                        let answer = store.insert(theirs, Now::Store).await.expect("it works");
                        assert!(matches!(answer, Inserted::Saved(_)));
                    }
                }
            }
        };
        vec![call(0), call(1), call(2), call(3), call(4)]
    });
    held.ask(calls.collect::<Vec<_>>()).await;
    for (what, times) in [
        ("label FROM \"sessions\" WHERE handle = ANY", 1),
        ("INSERT INTO", 2),
        ("fields = ($4::bytea[])", 1),
        ("current_timestamp) + $3", 1),
        ("sessions_admit_all\"(", 2),
    ] {
        assert_eq!(executed(&database, what).await, times, "{what}");
    }
    for (number, record) in records.iter().enumerate() {
        let now = loaded(&store, record.handle).await.expect("it is there");
        assert_eq!(now.revision, 2);
        if number % 2 != 0 {
            assert_eq!(*now.fields, [u8::try_from(number).unwrap()], "each has its own");
        }
    }
    assert_eq!(listed(&store, "1").await.len(), 11);
}

/// Nothing holds this store up: there are workers for eight batches. But the runtime has a worker
/// that was called run before everything else, and it must not leave with the one call that there
/// is then.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn calls_made_at_the_same_time_are_sent_together() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert()).await;
    Postgres::shared().await.reset_statements(&database.0).await;
    let all = tokio::spawn(async move {
        let mut loads = JoinSet::new();
        for _ in 0..20 {
            let (store, handle) = (store.clone(), record.handle);
            loads.spawn(async move { loaded(&store, handle).await.is_some() });
        }
        loads.join_all().await
    });
    assert!(all.await.expect("they do not panic").into_iter().all(|there| there));
    // From time to time the runtime looks for what came from outside, and lets the worker go.
    let statements = executed(&database, "absolute, handle, digest").await;
    assert!((1..=3).contains(&statements), "{statements}");
}

#[tokio::test]
async fn deletes_that_wait_together_are_answered_one_by_one() {
    let held = Held::new().await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let records = records(5, &database).await;
    let end = records[0].times.expires;
    let ask = |handle: Handle, now: Now| {
        let store = store.clone();
        async move { store.delete(handle, None, now).await.expect("it works") }
    };
    let calls = vec![
        ask(records[0].handle, Now::Store),
        ask(handle(), Now::Store),
        ask(records[1].handle, Now::At(end.plus(HOUR))),
        ask(records[2].handle, Now::Store),
        ask(records[2].handle, Now::Store),
    ];
    assert_eq!(held.ask(calls).await, [true, false, false, true, false]);
    assert_eq!(executed(&database, "theirs AS MATERIALIZED").await, 1, "and one came after it");
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 3);
}

#[tokio::test]
async fn endings_to_be_remembered_that_wait_together_are_answered_one_by_one() {
    let held = Held::new().await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let records = records(3, &database).await;
    let end = records[0].times.expires;
    let ask = |handle: Handle, now: Now| {
        let store = store.clone();
        async move { store.delete(handle, Some(HOUR), now).await.expect("it works") }
    };
    let calls = vec![
        ask(records[0].handle, Now::Store),
        ask(handle(), Now::Store),
        ask(records[1].handle, Now::At(end.plus(HOUR))),
        ask(records[2].handle, Now::Store),
        ask(records[2].handle, Now::Store),
    ];
    assert_eq!(held.ask(calls).await, [true, false, false, true, true]);
    assert_eq!(executed(&database, "ON CONFLICT (handle) DO UPDATE").await, 2, "one was taken");
    let revisions = "SELECT sum(revision)::bigint FROM sessions WHERE fields = ''";
    assert_eq!(database.number(revisions).await, 2 + 1 + 2 + 3);
}

#[tokio::test]
async fn one_of_two_updates_of_a_row_that_wait_together_is_saved() {
    let held = Held::new().await;
    let store = held.store.clone();
    let record = records(1, &held.database).await.remove(0);
    let calls = [1, 2].map(|byte| {
        let (store, update) =
            (store.clone(), with(update_of(&record), |update| update.fields = vec![byte].into()));
        async move { updated(&store, update).await }
    });
    let answers = held.ask(calls).await;
    assert!(matches!(answers[0], Updated::Saved(_)), "{answers:?}");
    let Updated::Conflict(current) = &answers[1] else { panic!("{answers:?}") };
    assert_eq!((current.revision, &current.fields[..]), (2, &[1][..]));
}

#[tokio::test]
async fn the_later_of_two_log_ins_that_wait_together_makes_room() {
    let held = Held::new().await;
    let store = held.store.clone();
    let limit = std::num::NonZeroU32::new(1);
    let both =
        [(); 2].map(|()| with(insert_of("1"), |insert| insert.log_in = LogIn::new(None, limit)));
    let last = both[1].handle;
    let calls = both.map(|insert| {
        let store = store.clone();
        async move { store.insert(insert, Now::Store).await.expect("it works") }
    });
    for answer in held.ask(calls).await {
        assert!(matches!(answer, Inserted::Saved(_)), "{answer:?}");
    }
    assert_eq!(listed(&store, "1").await, [last]);
}

#[tokio::test]
async fn of_log_ins_that_wait_together_a_revocation_refuses_those_that_it_is_about() {
    let held = Held::new().await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let carts = records(6, &database).await;
    let early = LogIn::new(Some(carts[0].times.created), None);
    let beside = migrated(patient(), &database.0).await;
    let spared = carts[2].handle;
    beside.delete_all("eve", None, Now::Store).await.expect("the store works");
    beside.delete_all("ann", Some(spared), Now::Store).await.expect("the store works");
    let updates = ["eve", "bob", "ann", "ann"].into_iter().zip(&carts).map(|(user, cart)| {
        let (store, update) = (
            store.clone(),
            with(update_of(cart), |update| {
                update.principal = Some(user.into());
                update.authenticated = Some(DAY);
                update.log_in = early;
            }),
        );
        tokio::spawn(async move { matches!(updated(&store, update).await, Updated::Revoked(_)) })
    });
    let inserts = ["bob", "eve", "ann"].map(|user| {
        let (store, insert) = (store.clone(), with(insert_of(user), |it| it.log_in = early));
        tokio::spawn(async move {
            let answer = store.insert(insert, Now::Store).await.expect("it works");
            matches!(answer, Inserted::Revoked(_))
        })
    });
    let refused: Vec<bool> = held
        .ask(updates.chain(inserts).collect::<Vec<_>>())
        .await
        .into_iter()
        .map(|answer| answer.expect("no panic"))
        .collect();
    assert_eq!(refused, [true, false, false, true, false, true, true]);
    assert_eq!(executed(&database, "sessions_admit_all\"(").await, 2, "they went together");
    assert_eq!(listed(&store, "ann").await, [spared]);
    assert_eq!((listed(&store, "bob").await.len(), listed(&store, "eve").await.len()), (2, 0));
}

/// The server refuses a statement that changes a row which it has deleted.
#[tokio::test]
async fn a_log_in_may_end_the_session_of_another_that_waits_with_it() {
    let held = Held::new().await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let beside = migrated(patient(), &database.0).await;
    let newcomer = stored(&beside, insert()).await;
    let oldest = stored(&beside, insert_of("1")).await;
    let log_in = |record: &Record, user: &str, limit| {
        let update = with(update_of(record), |update| {
            update.principal = Some(user.into());
            update.authenticated = Some(DAY);
            update.log_in = LogIn::new(None, std::num::NonZeroU32::new(limit));
        });
        let store = store.clone();
        async move { updated(&store, update).await }
    };
    let answers = held.ask([log_in(&newcomer, "1", 1), log_in(&oldest, "2", 9)]).await;
    assert!(matches!(answers[0], Updated::Saved(_)), "{answers:?}");
    assert!(matches!(answers[1], Updated::Saved(_) | Updated::Gone), "{answers:?}");
    assert_eq!(listed(&store, "1").await, [newcomer.handle]);
}

#[tokio::test]
async fn a_statement_that_the_server_rejects_fails_alone() {
    let held = Held::new().await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let calls = records(9, &database).await.into_iter().enumerate().map(|(number, record)| {
        let (store, principal) = (store.clone(), if number == 4 { "a\0" } else { "a" });
        let update = with(update_of(&record), |update| update.principal = Some(principal.into()));
        async move { store.update(update, Now::Store).await }
    });
    for (number, answer) in held.ask(calls).await.into_iter().enumerate() {
        match answer {
            Ok(answer) => assert!(number != 4 && matches!(answer, Updated::Saved(_))),
            Err(error) => assert!(number == 4 && matches!(error, StoreError::Failed(_))),
        }
    }
    let revised = "SELECT count(*) FROM sessions WHERE revision = 2";
    assert_eq!(database.number(revised).await, 1 + 8);
}

#[tokio::test]
async fn an_abandoned_call_is_not_sent_with_the_rest() {
    let mut held = Held::new().await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let records = records(6, &database).await;
    let mut calls: Vec<JoinHandle<Updated>> = records
        .iter()
        .map(|record| {
            let (store, update) = (store.clone(), update_of(record));
            tokio::spawn(async move { updated(&store, update).await })
        })
        .collect();
    tokio::task::yield_now().await;
    for _ in 0..3 {
        let left = calls.remove(0);
        left.abort();
        left.await.expect_err("its caller has left");
    }
    held.other.execute("ROLLBACK").await.expect("the server is up");
    for call in calls {
        assert!(matches!(call.await, Ok(Updated::Saved(_))));
    }
    let _ = held.first.await;
    let revised = "SELECT count(*) FROM sessions WHERE revision = 2";
    assert_eq!(database.number(revised).await, 1 + 3);
}

#[tokio::test]
async fn each_call_of_a_batch_has_a_time_of_its_own() {
    let held = Held::new().await;
    let store = held.store.clone();
    let record = records(1, &held.database).await.remove(0);
    let end = record.times.expires;
    let calls = [Now::Store, Now::At(end), Now::At(record.times.created)].map(|now| {
        let (store, handle) = (store.clone(), record.handle);
        async move { store.load(handle, now).await.expect("it works") }
    });
    let answers = held.ask(calls).await;
    assert!(answers[0].is_some() && answers[1].is_none());
    assert_eq!(answers[2].as_ref().map(|record| record.times.now), Some(record.times.created));
}

#[tokio::test]
async fn a_lone_call_takes_one_round_trip() {
    let server = Postgres::shared().await;
    let proxy = Proxy::before(server.address()).await;
    let url = proxy.url(&server.database().await);
    let store = migrated(patient().workers(1), &url).await;
    let record = stored(&store, insert()).await;
    proxy.reset_round_trips();
    for _ in 0..5 {
        assert!(loaded(&store, record.handle).await.is_some());
    }
    assert_eq!(proxy.round_trips(), 5);
}

/// A batch whose connection breaks while it is under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loads_of_one_batch_are_not_lost_to_a_broken_connection() {
    let server = Postgres::start().await;
    let proxy = Proxy::before(server.address()).await;
    let store = migrated(patient().workers(2), &proxy.url(&server.database().await)).await;
    let record = stored(&store, insert()).await;
    for _ in 0..5 {
        let mut loads = JoinSet::new();
        for _ in 0..200 {
            let (store, handle) = (store.clone(), record.handle);
            loads.spawn(async move { loaded(&store, handle).await.is_some() });
        }
        proxy.cut().await;
        proxy.heal().await;
        assert!(loads.join_all().await.into_iter().all(|there| there));
    }
}

/// Two batches that took the same rows in orders of their own would wait for each other for ever.
#[tokio::test]
async fn a_batch_locks_its_rows_in_one_order() {
    let plain = |record: &Record| update_of(record);
    let log_in = |record: &Record| {
        with(update_of(record), |update| {
            update.principal = Some("1".into());
            update.authenticated = Some(DAY);
        })
    };
    assert_locked_in_one_order(plain).await;
    assert_locked_in_one_order(log_in).await;
}

/// Of such updates the one of the older record is asked second.
async fn assert_locked_in_one_order(update: fn(&Record) -> Update) {
    let held = Held::new().await;
    let (store, database) = (held.store.clone(), held.database.clone());
    let records = records(2, &database).await;
    let mut other = database.connect().await;
    let lock = |number: usize, how: &str| {
        let handle = records[number].handle;
        sqlx::AssertSqlSafe(format!("SELECT FROM sessions WHERE handle = '{handle}' {how}"))
    };
    other.execute("BEGIN").await.expect("the server is up");
    other.execute(lock(0, "FOR UPDATE")).await.expect("nobody has it");
    let calls = [1, 0].map(|number: usize| {
        let (store, update) = (store.clone(), update(&records[number]));
        async move { updated(&store, update).await }
    });
    let meanwhile = async {
        database.until_blocked_by(&mut other).await;
        // The batch waits for the first row, and has not taken the second one before.
        other.execute(lock(1, "FOR UPDATE NOWAIT")).await.expect("nobody has it");
        other.execute("ROLLBACK").await.expect("the server is up");
    };
    let (answers, ()) = tokio::join!(held.ask(calls), meanwhile);
    for answer in answers {
        assert!(matches!(answer, Updated::Saved(_)), "{answer:?}");
    }
}
