//! The feed of endings, on one server: what is told, and how it ends.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use redis::aio::PubSubStream;
use session_core::store::{Ending, Inserted, LogIn, Swept, Updated};
use session_core::{Digest, Handle, Now, Store, Timestamp};
use session_test_support::Redis;
use session_test_support::resilience::STALL;
use tokio::task::JoinSet;

use crate::sample::{
    HOUR, Raw, builder, connected, feed, first, handle, insert, insert_of, listed, loaded, over,
    prefix, saved, shared, stored, tells, until_open, up_to_date, update_of, updated, with,
};

/// How long an operation of the stores here may take.
const DEADLINE: Duration = Duration::from_secs(2);

/// What is published on one channel.
struct Listener {
    messages: PubSubStream,
    raw: Raw,
    channel: String,
}

impl Listener {
    async fn on(url: &str, prefix: &str) -> Self {
        let channel = format!("{prefix}endings");
        let client = redis::Client::open(url).unwrap();
        let mut connection = client.get_async_pubsub().await.unwrap();
        connection.subscribe(&channel).await.unwrap();
        let messages = connection.into_on_message();
        Self { messages, raw: Raw::connect(url).await, channel }
    }

    /// The messages that have been published since the last call.
    async fn heard(&mut self) -> Vec<Vec<u8>> {
        self.raw.ask::<i64>(&format!("PUBLISH {} end", self.channel)).await;
        let mut heard = Vec::new();
        loop {
            let message = self.messages.next().await.expect("the server is up");
            match message.get_payload_bytes() {
                b"end" => return heard,
                message => heard.push(message.to_vec()),
            }
        }
    }
}

/// A message that tells of these.
fn message(handles: &[Handle]) -> Vec<u8> {
    handles.iter().flat_map(|handle| *handle.as_bytes()).collect()
}

fn at_most(limit: u32) -> LogIn {
    LogIn::new(None, NonZeroU32::new(limit))
}

#[tokio::test]
async fn each_script_that_ends_sessions_tells_which_in_one_message() {
    let (url, prefix) = (shared().await.url(), prefix());
    let store = connected(builder().prefix(&prefix), &url).await;
    let listener = &mut Listener::on(&url, &prefix).await;
    let nobody = async || stored(&store, insert()).await;
    let ann = async || stored(&store, insert_of("ann")).await;

    let record = nobody().await;
    assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
    assert_eq!(listener.heard().await, [message(&[record.handle])], "delete");
    let record = ann().await;
    assert!(store.delete(record.handle, Some(HOUR), Now::Store).await.unwrap());
    assert_eq!(listener.heard().await, [message(&[record.handle])], "delete with memory");

    let [spared, first, second] = [ann().await, ann().await, ann().await];
    let ended = store.delete_all("ann", Some(spared.handle), Now::Store).await.unwrap();
    assert_eq!(ended.live, 2);
    let both = message(&[first.handle, second.handle]);
    assert_eq!(listener.heard().await, [both], "delete_all");

    let third = with(insert_of("ann"), |insert| {
        insert.log_in = LogIn::new(Some(ended.now.plus(HOUR)), NonZeroU32::new(1));
    });
    let third = stored(&store, third).await;
    assert_eq!(listener.heard().await, [message(&[spared.handle])], "a limit, of an insert");
    let fourth = with(update_of(&nobody().await), |update| {
        update.principal = Some("ann".into());
        update.authenticated = Some(HOUR);
        update.log_in = LogIn::new(Some(ended.now.plus(HOUR)), NonZeroU32::new(1));
    });
    let fourth = saved(&store, fourth).await;
    assert_eq!(listener.heard().await, [message(&[third.handle])], "a limit, of an update");

    let to_bob = with(update_of(&fourth), |update| {
        update.principal = Some("bob".into());
        update.authenticated = Some(HOUR);
    });
    let bobs = saved(&store, to_bob).await;
    assert_eq!(listener.heard().await, [message(&[bobs.handle])], "to another principal");
    let to_nobody = with(update_of(&bobs), |update| update.principal = None);
    saved(&store, to_nobody).await;
    assert_eq!(listener.heard().await, [message(&[bobs.handle])], "to no principal");

    // Of log-outs that wait together, those of one command are in one message.
    let mut handles = Vec::new();
    for _ in 0..100 {
        handles.push(nobody().await.handle);
    }
    let log_outs = handles.iter().map(|handle| store.delete(*handle, None, Now::Store));
    assert!(join_all(log_outs).await.into_iter().all(|ended| ended.unwrap()));
    let heard = listener.heard().await;
    println!("100 log-outs at once are told in {} messages", heard.len());
    assert_eq!(heard.iter().map(Vec::len).sum::<usize>(), 100 * 16);
    assert!(heard.len() < 10);
}

#[tokio::test]
async fn nothing_else_is_told() {
    let (url, prefix) = (shared().await.url(), prefix());
    let store = connected(builder().prefix(&prefix), &url).await;
    let mut listener = Listener::on(&url, &prefix).await;
    let short = with(insert_of("ann"), |insert| insert.idle = Duration::from_millis(50));
    let short = stored(&store, short).await;
    let old = with(update_of(&stored(&store, insert()).await), |update| update.revision = 9);
    assert!(matches!(updated(&store, old).await, Updated::Conflict(_)));
    let record = stored(&store, insert()).await;
    let log_in = with(update_of(&record), |update| {
        update.principal = Some("ann".into());
        update.authenticated = Some(HOUR);
        update.log_in = at_most(5);
    });
    let record = saved(&store, log_in).await;
    let again = with(update_of(&record), |update| update.authenticated = Some(HOUR));
    let record = saved(&store, again).await;
    let rotated = with(update_of(&record), |update| update.digest = Digest::from_bytes([9; 32]));
    let record = saved(&store, rotated).await;
    let record = saved(&store, with(update_of(&record), |update| update.idle = None)).await;
    assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
    assert!(listed(&store, "ann").await.contains(&record.handle));
    store.list("ann", first(10), Now::Store).await.unwrap();
    assert!(store.alive(&[record.handle], Now::Store).await.unwrap()[0].is_some());
    assert!(!store.delete(handle(), None, Now::Store).await.unwrap());
    assert_eq!(store.delete_all("nobody", None, Now::Store).await.unwrap().live, 0);
    let late = with(insert_of("nobody"), |insert| insert.log_in = at_most(1));
    assert!(matches!(store.insert(late, Now::Store).await, Ok(Inserted::Revoked(_))));
    while loaded(&store, short.handle).await.is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // What has expired by a named clock is there still, and is deleted and swept.
    let at = |second: i64| Now::At(Timestamp::from_micros(second * 1_000_000));
    for principal in ["deleted", "revoked", "swept"] {
        let insert = insert_of(principal);
        let handle = insert.handle;
        assert!(matches!(store.insert(insert, at(0)).await, Ok(Inserted::Saved(_))));
        match principal {
            "deleted" => assert!(!store.delete(handle, None, at(3600)).await.unwrap()),
            "revoked" => {
                assert_eq!(store.delete_all(principal, None, at(3600)).await.unwrap().live, 0);
            }
            _ => assert!(matches!(store.sweep(10, at(3600)).await, Ok(Swept::All(1)))),
        }
    }
    assert_eq!(listener.heard().await, Vec::<Vec<u8>>::new());
}

#[tokio::test]
async fn a_feed_is_not_told_of_another_prefix() {
    let url = shared().await.url();
    let one = connected(builder(), &url).await;
    let two = connected(builder(), &url).await;
    let mut feed = feed(&one).await;
    for store in [&two, &one] {
        let record = stored(store, insert_of("ann")).await;
        store.delete(record.handle, None, Now::Store).await.unwrap();
        let told = up_to_date(&mut feed).await;
        let expected = if std::ptr::eq(store, &raw const one) {
            &[Ending::Of(record.handle)][..]
        } else {
            &[]
        };
        assert_eq!(told, expected);
    }
}

/// Pub/Sub knows no databases, and a handle is of one session everywhere.
#[tokio::test]
async fn a_feed_is_told_of_other_databases() {
    let (url, prefix) = (shared().await.url(), prefix());
    let one = connected(builder().prefix(&prefix), &url).await;
    let two = connected(builder().prefix(&prefix), &format!("{url}/2")).await;
    let mut feed = feed(&one).await;
    let record = stored(&two, insert()).await;
    two.delete(record.handle, None, Now::Store).await.unwrap();
    assert_eq!(up_to_date(&mut feed).await, [Ending::Of(record.handle)]);
    assert_eq!(one.alive(&[record.handle], Now::Store).await.unwrap(), [None]);
}

/// However many end at once: none is told after the proof.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_question_is_told_before_its_answer() {
    let store = connected(builder(), &shared().await.url()).await;
    let feed = &mut feed(&store).await;
    for _ in 0..3 {
        let mut handles = Vec::new();
        for _ in 0..500 {
            handles.push(stored(&store, insert_of("ann")).await.handle);
        }
        let mut calls = JoinSet::new();
        for handle in handles.clone() {
            let store = store.clone();
            calls.spawn(async move { store.delete(handle, None, Now::Store).await.unwrap() });
        }
        calls.join_all().await;
        let mut told = up_to_date(feed).await;
        told.retain(|ending| handles.iter().any(|handle| *ending == Ending::Of(*handle)));
        assert_eq!(told.len(), 500);
    }
}

#[tokio::test]
async fn all_of_five_thousand_sessions_are_told() {
    let store = connected(builder(), &shared().await.url()).await;
    let mut calls = JoinSet::new();
    for _ in 0..5000 {
        let store = store.clone();
        calls.spawn(async move { stored(&store, insert_of("ann")).await.handle });
    }
    let mut handles = calls.join_all().await;
    let feed = &mut feed(&store).await;
    assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 5000);
    let mut told: Vec<Handle> = up_to_date(feed)
        .await
        .into_iter()
        .map(|ending| match ending {
            Ending::Of(handle) => handle,
            other => panic!("{other:?}"),
        })
        .collect();
    told.sort();
    handles.sort();
    assert!(told == handles);
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_told_that_it_missed_something() {
    // Not the shared one, where other tests end sessions too.
    let server = Redis::start().await;
    let store = connected(builder(), &server.url()).await;
    let mut feed = feed(&store).await;
    let mut ended = Vec::new();
    for _ in 0..1200 {
        let record = stored(&store, insert()).await;
        store.delete(record.handle, None, Now::Store).await.unwrap();
        ended.push(Ending::Of(record.handle));
    }
    let told = up_to_date(&mut feed).await;
    assert_eq!(told[0], Ending::Gap);
    // It keeps 1024; the last ones may arrive while they are read.
    assert!((1024..1200).contains(&(told.len() - 1)), "{}", told.len());
    assert!(told[1..].iter().all(|ending| ended.contains(ending)));
    let record = stored(&store, insert()).await;
    store.delete(record.handle, None, Now::Store).await.unwrap();
    assert_eq!(up_to_date(&mut feed).await, [Ending::Of(record.handle)]);
}

#[tokio::test]
async fn a_feed_whose_connection_the_server_closes_is_over_at_once() {
    let server = Redis::start().await;
    let store = connected(builder(), &server.url()).await;
    let mut raw = Raw::connect(&server.url()).await;
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let mut feed = feed(&store).await;
        assert_eq!(raw.ask::<i64>("CLIENT KILL TYPE pubsub").await, 1);
        let began = Instant::now();
        over(&mut feed).await;
        fastest = fastest.min(began.elapsed());
    }
    // Real time passes, so that one of five is enough.
    assert!(fastest < Duration::from_millis(900), "{fastest:?}");
    tells(&store).await;
}

#[tokio::test]
async fn a_feed_that_nobody_reads_holds_no_connection() {
    let server = Redis::start().await;
    let store = connected(builder(), &server.url()).await;
    let mut raw = Raw::connect(&server.url()).await;
    drop(feed(&store).await);
    for _ in 0..100 {
        if raw.ask::<String>("INFO clients").await.contains("connected_clients:2") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the subscribed connection is not closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_of_a_server_that_freezes_is_over_in_bounded_time() {
    let server = Redis::start().await;
    let store = connected(builder().deadline(DEADLINE), &server.url()).await;
    let mut feed = feed(&store).await;
    up_to_date(&mut feed).await;
    server.freeze();
    let began = Instant::now();
    let told = over(&mut feed).await;
    let took = began.elapsed();
    println!("over {took:?} after a freeze");
    assert!(took < Duration::from_secs(1) + DEADLINE / 2 + STALL / 2, "{took:?}");
    assert_eq!(told, [], "there is no proof of life");
    let opening = Instant::now();
    store.endings().await.expect_err("nobody answers");
    assert!(opening.elapsed() < DEADLINE + STALL, "{:?}", opening.elapsed());
    server.thaw();
    until_open(&store).await;
    tells(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_there_is_a_new_feed() {
    let server = Redis::durable().await;
    let store = connected(builder().deadline(DEADLINE), &server.url()).await;
    let mut feed = feed(&store).await;
    server.kill();
    over(&mut feed).await;
    store.endings().await.expect_err("nobody is there");
    server.restart().await;
    until_open(&store).await;
    tells(&store).await;
}

/// It may write to another server now.
#[tokio::test]
async fn the_feed_is_over_when_the_store_takes_another_connection() {
    let server = Redis::start().await;
    let store = connected(builder(), &server.url()).await;
    let mut feed = feed(&store).await;
    up_to_date(&mut feed).await;
    let mut raw = Raw::connect(&server.url()).await;
    assert_eq!(raw.ask::<i64>("CLIENT KILL TYPE normal SKIPME yes").await, 1);
    let record = stored(&store, insert_of("ann")).await;
    store.delete(record.handle, None, Now::Store).await.unwrap();
    assert_eq!(over(&mut feed).await, [Ending::Of(record.handle)], "no proof of life");
    tells(&store).await;
}

#[tokio::test]
async fn the_feed_of_a_server_that_becomes_a_replica_is_over() {
    let (master, server) = (Redis::start().await, Redis::start().await);
    let store = connected(builder().deadline(DEADLINE), &server.url()).await;
    let mut feed = feed(&store).await;
    up_to_date(&mut feed).await;
    let mut raw = Raw::connect(&server.url()).await;
    let address = master.address();
    raw.ask::<String>(&format!("REPLICAOF {} {}", address.ip(), address.port())).await;
    assert_eq!(over(&mut feed).await, [], "no proof of life");
    store.endings().await.expect_err("it is no master");
    raw.ask::<String>("REPLICAOF NO ONE").await;
    until_open(&store).await;
    tells(&store).await;
}

#[tokio::test]
async fn what_a_later_release_tells_is_a_gap() {
    let (url, prefix) = (shared().await.url(), prefix());
    let store = connected(builder().prefix(&prefix), &url).await;
    let feed = &mut feed(&store).await;
    Raw::connect(&url).await.ask::<i64>(&format!("PUBLISH {prefix}endings new")).await;
    assert_eq!(up_to_date(feed).await, [Ending::Gap]);
}

#[tokio::test]
async fn a_feed_outlives_forgotten_scripts() {
    let server = Redis::start().await;
    let store = connected(builder(), &server.url()).await;
    let feed = &mut feed(&store).await;
    let mut raw = Raw::connect(&server.url()).await;
    for _ in 0..2 {
        raw.ask::<String>("SCRIPT FLUSH").await;
        assert_eq!(up_to_date(feed).await, []);
    }
}
