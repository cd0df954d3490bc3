//! Log-ins and revocations through two stores on one file.

use std::num::NonZeroU32;
use std::time::Duration;

use session_core::store::{Inserted, LogIn, REVOCATIONS_LAST, Record, Update, Updated};
use session_core::{Now, Store as _, Timestamp};
use tokio::task::JoinSet;

use super::fixtures::{
    DAY, insert, insert_of, is_unchanged, listed, loaded, patient, store, stored, update_of,
    updated, with,
};

fn at_most(limit: u32) -> LogIn {
    LogIn::new(None, NonZeroU32::new(limit))
}

/// What logs Ann in to this record.
fn log_in(record: &Record, log_in: LogIn) -> Update {
    with(update_of(record), |update| {
        update.principal = Some("ann".into());
        update.authenticated = Some(DAY);
        update.log_in = log_in;
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_concurrent_log_ins_through_two_stores_keep_to_the_limit() {
    let (one, database) = store(patient()).await;
    let two = database.store(patient()).await;
    let other = stored(&one, insert_of("bob")).await;
    let mut log_ins = JoinSet::new();
    for number in 0..100 {
        let store = [&one, &two][number % 2].clone();
        log_ins.spawn(async move {
            if number % 4 < 2 {
                let insert = with(insert_of("ann"), |insert| insert.log_in = at_most(5));
                let inserted = store.insert(insert, Now::Store).await;
                assert!(matches!(inserted, Ok(Inserted::Saved(_))), "{inserted:?}");
            } else {
                let cart = stored(&store, insert()).await;
                let updated = updated(&store, log_in(&cart, at_most(5))).await;
                assert!(matches!(updated, Updated::Saved(_)), "{updated:?}");
            }
        });
    }
    log_ins.join_all().await;
    assert_eq!(listed(&one, "ann").await.len(), 5);
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 6);
    assert!(is_unchanged(&two, &other).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_log_in_that_began_before_a_revocation_survives_it() {
    let (one, database) = store(patient()).await;
    let two = database.store(patient()).await;
    for _ in 0..5 {
        let (mut carts, mut sessions) = (Vec::new(), Vec::new());
        for _ in 0..50 {
            let began = LogIn::new(Some(Timestamp::now()), None);
            sessions
                .push(stored(&one, with(insert_of("ann"), |insert| insert.log_in = began)).await);
            carts.push(stored(&one, insert()).await);
        }
        let began = Some(Timestamp::now());
        let mut acts = JoinSet::new();
        for (number, (cart, session)) in carts.into_iter().zip(sessions).enumerate() {
            let (here, there) = if number % 2 == 0 { (&one, &two) } else { (&two, &one) };
            let (store, early) = (here.clone(), LogIn::new(began, None));
            acts.spawn(async move {
                if number % 4 < 2 {
                    let insert = with(insert_of("ann"), |insert| insert.log_in = early);
                    store.insert(insert, Now::Store).await.map(drop).expect("it is never locked");
                } else {
                    _ = updated(&store, log_in(&cart, early)).await;
                }
            });
            let store = there.clone();
            acts.spawn(async move { _ = updated(&store, update_of(&session)).await });
            if number == 25 {
                let store = here.clone();
                acts.spawn(async move {
                    let removed = store.delete_all("ann", None, Now::Store).await;
                    removed.map(drop).expect("it is never locked");
                });
            }
        }
        acts.join_all().await;
        assert_eq!(listed(&two, "ann").await, []);
    }
    let began = LogIn::new(Some(Timestamp::now()), None);
    stored(&two, with(insert_of("ann"), |insert| insert.log_in = began)).await;
}

/// A trigger stands for whatever may fail between the parts.
#[tokio::test]
async fn a_log_in_or_revocation_happens_as_a_whole_or_not_at_all() {
    for how in ["ABORT", "ROLLBACK"] {
        let (store, database) = store(patient()).await;
        let old = stored(&store, insert_of("ann")).await;
        let cart = stored(&store, insert()).await;
        let trigger = format!(
            "CREATE TRIGGER bad BEFORE DELETE ON sessions BEGIN SELECT RAISE({how}, 'bad'); END"
        );
        database.execute(&trigger).await;
        let fresh = with(insert_of("ann"), |insert| insert.log_in = at_most(1));
        let handle = fresh.handle;
        let (inserted, updated, revoked, beside) = tokio::join!(
            store.insert(fresh, Now::Store),
            store.update(log_in(&cart, at_most(1)), Now::Store),
            store.delete_all("ann", None, Now::Store),
            store.insert(insert(), Now::Store),
        );
        inserted.map(drop).expect_err("the oldest cannot go");
        updated.map(drop).expect_err("the oldest cannot go");
        revoked.expect_err("it cannot go");
        assert!(matches!(beside, Ok(Inserted::Saved(_))), "a bad one fails alone");
        assert_eq!(loaded(&store, handle).await, None);
        assert!(is_unchanged(&store, &cart).await && is_unchanged(&store, &old).await);
        assert_eq!(database.number("SELECT count(*) FROM sessions_revocations").await, 0);
    }
}

#[tokio::test]
async fn a_revocation_is_remembered_for_an_hour() {
    let (store, database) = store(patient()).await;
    let moment = Timestamp::now();
    for number in 0..5 {
        let principal = number.to_string();
        store.delete_all(&principal, None, Now::At(moment)).await.expect("the store works");
    }
    let remembered = async || database.number("SELECT count(*) FROM sessions_revocations").await;
    let last = moment.plus(REVOCATIONS_LAST);
    store.sweep(10, Now::At(last)).await.map(drop).expect("the store works");
    assert_eq!(remembered().await, 5);
    let over = Now::At(last.plus(Duration::from_micros(1)));
    store.sweep(3, over).await.map(drop).expect("the store works");
    assert_eq!(remembered().await, 2, "it keeps to its limit");
    store.sweep(3, over).await.map(drop).expect("the store works");
    assert_eq!(remembered().await, 0);
}
