//! Operations that wait at the same time are sent as one command, and do not affect each other.
//!
//! The tests run on one thread, where operations that begin together begin in one turn of the runtime.

use std::pin::pin;
use std::task::{Context, Waker};

use futures_util::future::join_all;
use redis::Value;
use session_core::store::{Inserted, Updated};
use session_core::{Now, Store as _, Timestamp};
use session_test_support::Redis;

use crate::sample::{
    HOUR, Raw, builder, connected, error_chain, first, handle, insert, insert_of, loaded, saved,
    stored, update_of, updated, with,
};

/// How many scripts were run.
async fn commands(raw: &mut Raw) -> u64 {
    let told: String = raw.ask("INFO commandstats").await;
    let calls = |command: &str| -> u64 {
        let line =
            told.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
        line.and_then(|line| line.split(',').next()).map_or(0, |calls| calls.parse().unwrap())
    };
    calls("evalsha") + calls("eval")
}

/// How many scripts this takes.
async fn cost<T>(raw: &mut Raw, operations: impl Future<Output = T>) -> (u64, T) {
    let before = commands(raw).await;
    let answer = operations.await;
    (commands(raw).await - before, answer)
}

#[tokio::test]
async fn operations_that_begin_together_are_one_command_and_each_gets_its_own_answer() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    let mut records = Vec::new();
    for number in 0..40 {
        let inserted = with(insert_of("ann"), |insert| {
            insert.fields = vec![number; usize::from(number)].into();
        });
        records.push(stored(&store, inserted).await);
    }
    let loads = records.iter().map(|record| loaded(&store, record.handle));
    let (cost_of_loads, found) = cost(raw, join_all(loads)).await;
    for (record, found) in records.iter().zip(found) {
        let mut found = found.expect("it is there");
        found.times.now = record.times.now;
        assert_eq!(found, *record);
    }
    assert_eq!(cost_of_loads, 1);

    // Each script has been sent in full once.
    saved(&store, update_of(&stored(&store, insert()).await)).await;
    records[7].revision = 5;
    records[9].handle = handle();
    let updates = records.iter().map(|record| updated(&store, update_of(record)));
    let (cost_of_updates, answers) = cost(raw, join_all(updates)).await;
    for (number, answer) in answers.into_iter().enumerate() {
        match number {
            7 => assert!(matches!(answer, Updated::Conflict(now) if *now.fields == [7; 7])),
            9 => assert_eq!(answer, Updated::Gone),
            _ => assert!(matches!(answer, Updated::Saved(_)), "{number}: {answer:?}"),
        }
    }
    assert_eq!(cost_of_updates, 1);
}

#[tokio::test]
async fn operations_in_one_command_see_what_the_earlier_ones_did() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    let record = saved(&store, update_of(&stored(&store, insert()).await)).await;
    let updates = (0..10).map(|_| updated(&store, update_of(&record)));
    let (cost, answers) = cost(raw, join_all(updates)).await;
    let conflicts = answers.iter().filter(|answer| matches!(answer, Updated::Conflict(_))).count();
    assert_eq!((cost, conflicts), (1, 9));
}

#[tokio::test]
async fn an_operation_at_another_time_is_sent_by_itself() {
    let server = Redis::start().await;
    let store = connected(builder(), &server.url()).await;
    let record = stored(&store, insert()).await;
    let clocks =
        [Now::Store, Now::At(record.times.expires), Now::At(record.times.created), Now::Store];
    let loads = clocks.map(|now| store.load(record.handle, now));
    let found: Vec<bool> =
        join_all(loads).await.into_iter().map(|found| found.unwrap().is_some()).collect();
    assert_eq!(found, [true, false, true, true]);
}

#[tokio::test]
async fn an_operation_that_cannot_be_carried_out_fails_alone() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder().prefix("session:"), &server.url()).await;
    let (sound, newer, foreign) = (stored(&store, insert()).await, handle(), handle());
    raw.ask::<Value>(&format!("SET session:{newer} another-layout")).await;
    raw.ask::<Value>(&format!("RPUSH session:{foreign} a-list")).await;
    let (cost, answers) = cost(
        raw,
        join_all([newer, sound.handle, foreign].map(|handle| store.load(handle, Now::Store))),
    )
    .await;
    let [newer, found, foreign] = &answers[..] else { panic!("three were asked for") };
    assert_eq!(cost, 1);
    assert_eq!(found.as_ref().unwrap().as_ref().unwrap().fields, sound.fields);
    let told = error_chain(newer.as_ref().expect_err("nobody knows this layout"));
    assert!(told.contains("of another version of session-redis"), "{told}");
    let told = error_chain(foreign.as_ref().expect_err("it is no record"));
    assert!(told.contains("WRONGTYPE"), "{told}");
}

#[tokio::test]
async fn an_abandoned_operation_is_not_sent() {
    let server = Redis::start().await;
    let store = connected(builder(), &server.url()).await;
    // The server knows the script.
    stored(&store, insert()).await;
    let left = insert();
    let handle = left.handle;
    {
        let mut insert = pin!(store.insert(left, Now::Store));
        let mut context = Context::from_waker(Waker::noop());
        assert!(insert.as_mut().poll(&mut context).is_pending(), "it waits to be sent");
    }
    for _ in 0..3 {
        assert_eq!(loaded(&store, handle).await, None);
    }
}

#[tokio::test]
async fn large_records_do_not_pile_up_in_one_command() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    stored(&store, insert()).await;
    let large = [(); 5].map(|()| with(insert(), |insert| insert.fields = vec![1; 600_000].into()));
    let inserts = large.iter().map(|insert| store.insert(insert.clone(), Now::Store));
    let (inserting, answers) = cost(raw, join_all(inserts)).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Inserted::Saved(_)))));
    assert_eq!(inserting, 3, "of which each has not much more than a mebibyte");
    // How large they are is known when one has come.
    loaded(&store, large[0].handle).await.expect("it was stored");
    let loads = large.iter().map(|insert| loaded(&store, insert.handle));
    let (loading, records) = cost(raw, join_all(loads)).await;
    assert!(records.iter().all(Option::is_some));
    assert_eq!(loading, 3, "of which each is answered with not much more than a mebibyte");
}

/// While a script runs, the server serves nobody else.
#[tokio::test]
async fn an_operation_that_reads_a_whole_index_is_sent_by_itself() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    stored(&store, insert_of("ann")).await;
    // The server learns the script.
    store.list("ann", first(10), Now::Store).await.expect("the server is up");
    let lists = (0..5).map(|_| store.list("ann", first(10), Now::Store));
    let (cost, lists) = cost(raw, join_all(lists)).await;
    assert!(lists.iter().all(|list| list.as_ref().is_ok_and(|list| list.records.len() == 1)));
    assert_eq!(cost, 5);
}

/// More than one command may carry.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_operations_at_once_are_all_answered() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    let record = stored(&store, insert()).await;
    let operations = (0..1000).map(|number| {
        let (store, record) = (store.clone(), record.clone());
        tokio::spawn(async move {
            match number % 4 {
                0 => assert!(loaded(&store, handle()).await.is_none()),
                1 => assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap()),
                2 => assert!(!store.delete(handle(), None, Now::Store).await.unwrap()),
                _ => assert!(loaded(&store, record.handle).await.is_some()),
            }
        })
    });
    let (cost, answers) = cost(raw, join_all(operations)).await;
    assert!(answers.into_iter().all(|answer| answer.is_ok()));
    println!("a thousand operations of three kinds: {cost} commands");
}

/// The workers run on the runtime where the operations began, which can end at any time.
#[test]
fn a_store_outlives_the_runtime_that_it_was_used_on() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let server = first.block_on(Redis::start());
    let store = first.block_on(connected(builder(), &server.url()));
    let record = first.block_on(stored(&store, insert()));
    server.freeze();
    let (mine, there) = (store.clone(), record.handle);
    first.block_on(async move {
        for kind in 0..20 {
            let mine = mine.clone();
            tokio::spawn(async move {
                // Each at a time of its own, so that no two are one command.
                let now = Now::At(Timestamp::from_micros(kind));
                let _ = mine.load(there, now).await;
            });
            tokio::task::yield_now().await;
        }
    });
    drop(first);
    server.thaw();
    let found = second.block_on(loaded(&store, record.handle));
    assert_eq!(found.expect("it is there").fields, record.fields);
}
