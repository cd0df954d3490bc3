//! Users without the rights that the feed of endings takes.

use std::num::NonZeroU32;
use std::process::Command;
use std::time::Duration;

use session_core::store::{Ending, LogIn};
use session_core::{Now, Store as _};
use session_redis::RedisStore;
use session_test_support::{Redis, TempDirectory, Warnings, free_address};
use tokio::net::TcpStream;

use crate::sample::{
    HOUR, Raw, VAIN_DEADLINE, connected, feed, handle, insert, insert_of, loaded, patient, saved,
    stored, update_of, with,
};

/// A store whose user has the documented rights, changed by these rules.
async fn store_with(server: &Redis, rules: &[&str]) -> RedisStore {
    let mut raw = Raw::connect(&server.url()).await;
    let documented = include_str!("../../src/acl.txt");
    let mut words: Vec<&str> = documented.split_whitespace().collect();
    words.extend(rules);
    raw.ask_words::<String>(&words).await;
    patient().connect(&format!("redis://app:secret@{}", server.address())).await.unwrap()
}

/// Every way in which a session ends works.
async fn ends(store: &RedisStore) {
    let record = stored(store, insert_of("ann")).await;
    assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
    assert!(loaded(store, record.handle).await.is_none());
    let record = stored(store, insert()).await;
    assert!(store.delete(record.handle, Some(HOUR), Now::Store).await.unwrap());
    assert!(loaded(store, record.handle).await.is_some_and(|record| record.is_ended()));
    let record = stored(store, insert_of("bob")).await;
    let record =
        saved(store, with(update_of(&record), |update| update.principal = Some("ann".into())))
            .await;
    saved(store, with(update_of(&record), |update| update.principal = None)).await;
    let somebody = handle().to_string();
    stored(store, insert_of(&somebody)).await;
    let limit = LogIn::new(None, NonZeroU32::new(1));
    stored(store, with(insert_of(&somebody), |insert| insert.log_in = limit)).await;
    assert_eq!(store.delete_all(&somebody, None, Now::Store).await.unwrap().live, 1);
}

#[tokio::test]
async fn a_user_without_the_right_to_the_feed_has_none_and_is_told_so_once() {
    for rules in [
        &["resetchannels"][..],
        &["resetchannels", "&other:endings"],
        &["-publish"],
        &["-subscribe"],
    ] {
        let server = Redis::start().await;
        let store = store_with(&server, rules).await;
        let warnings = Warnings::capture();
        for _ in 0..3 {
            assert!(store.endings().await.unwrap().is_none(), "{rules:?}");
            ends(&store).await;
        }
        let said = warnings.said();
        println!("{rules:?}: {said:?}");
        let [warning] = &said[..] else { panic!("{rules:?}: {said:?}") };
        assert!(warning.contains("&session:endings"), "{warning}");
        assert!(!warning.contains("not heard"), "the server has said why: {warning}");
        assert!(!warning.contains("secret"), "{warning}");
    }
}

#[tokio::test]
async fn a_user_with_the_documented_rights_has_a_feed() {
    let server = Redis::start().await;
    let store = store_with(&server, &[]).await;
    let mut feed = feed(&store).await;
    ends(&store).await;
    assert!(matches!(feed.next().await, Some(Ending::Of(_))));
}

/// Another server has taken the place of the one that the store is still connected to.
#[tokio::test]
async fn a_store_whose_subscription_is_elsewhere_has_no_feed_and_is_told_so_once() {
    let (server, moved) = (Redis::start().await, free_address());
    // Until then each subscription waits for what it does not hear.
    let store = connected(patient().deadline(VAIN_DEADLINE), &server.url()).await;
    let mut raw = Raw::connect(&server.url()).await;
    raw.ask::<String>(&format!("CONFIG SET port {}", moved.port())).await;
    let elsewhere = TempDirectory::new("TERM");
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--port"]);
    command.arg(server.address().port().to_string()).arg("--dir").arg(elsewhere.path());
    let up = async || TcpStream::connect(server.address()).await.is_ok();
    assert!(elsewhere.launch(&mut command, up).await, "{}", elsewhere.log());
    // There, others tell and begin to listen.
    let mut others = Raw::connect(&server.url()).await;
    let others = tokio::spawn(async move {
        loop {
            for message in ["0123456789abcdef", "?0123456789abcdef"] {
                others.ask::<i64>(&format!("PUBLISH session:endings {message}")).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    });
    let warnings = Warnings::capture();
    for _ in 0..2 {
        assert!(store.endings().await.unwrap().is_none());
    }
    others.abort();
    ends(&store).await;
    let said = warnings.said();
    assert!(matches!(&said[..], [warning] if warning.contains("not heard")), "{said:?}");
}

/// The rights of whoever ends sessions count, not those of the store that listens.
#[tokio::test]
async fn what_a_user_without_the_right_to_publish_ends_is_not_told() {
    let server = Redis::start().await;
    let listens = connected(patient(), &server.url()).await;
    let mut feed = feed(&listens).await;
    let silent = store_with(&server, &["-publish"]).await;
    ends(&silent).await;
    assert_eq!(feed.next().await, Some(Ending::UpToDate));
    let record = stored(&listens, insert()).await;
    assert!(listens.delete(record.handle, None, Now::Store).await.unwrap());
    while let Some(ending) = feed.next().await {
        match ending {
            Ending::UpToDate => {}
            ending => return assert_eq!(ending, Ending::Of(record.handle)),
        }
    }
    panic!("the feed is over");
}
