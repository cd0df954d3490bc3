//! Who may do what: prefixes, users, passwords, and what is shown of them.

use session_core::{Now, Store as _};
use session_redis::{ConfigError, ConnectError, RedisStore};
use session_test_support::Redis;

use crate::sample::{
    HOUR, Raw, VAIN_DEADLINE, builder, connected, error_chain, insert_of, listed, loaded, patient,
    saved, shared, shared_cluster, stored, update_of,
};

#[tokio::test]
async fn stores_with_different_prefixes_know_nothing_of_each_other() {
    let url = shared().await.url();
    let one = connected(builder().prefix("one:"), &url).await;
    let two = connected(builder().prefix("two:"), &url).await;
    let record = stored(&one, insert_of("ann")).await;
    assert_eq!(loaded(&two, record.handle).await, None);
    assert_eq!(listed(&two, "ann").await, []);
    assert_eq!(two.delete_all("ann", None, Now::Store).await.unwrap().live, 0);
    assert!(!two.delete(record.handle, None, Now::Store).await.unwrap());
    assert_eq!(listed(&one, "ann").await, [record.handle]);
    let mut raw = Raw::connect(&url).await;
    assert_eq!(
        raw.keys("one:").await,
        [format!("one:{}", record.handle), "one:principal:ann".to_owned()]
    );
    // Of its own it has that it ended all sessions of somebody who had none.
    assert_eq!(raw.keys("two:").await, ["two:principal:ann"]);
}

#[tokio::test]
async fn a_user_with_the_documented_rights_may_do_everything() {
    let server = Redis::start().await;
    let mut raw = Raw::connect(&server.url()).await;
    let documented = include_str!("../../src/acl.txt");
    let rule: Vec<&str> = documented.split_whitespace().collect();
    raw.ask_words::<String>(&rule).await;
    raw.ask::<String>("ACL SETUSER default off").await;
    let url = format!("redis://app:secret@{}", server.address());
    let store = patient().connect(&url).await.unwrap();
    let record = stored(&store, insert_of("ann")).await;
    let record = saved(&store, update_of(&record)).await;
    assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
    assert_eq!(listed(&store, "ann").await, [record.handle]);
    let alive = store.alive(&[record.handle], Now::Store).await.unwrap();
    assert_eq!(alive[0].as_ref().unwrap().principal.as_deref(), Some("ann"));
    assert!(store.delete(record.handle, Some(HOUR), Now::Store).await.unwrap());
    assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
    stored(&store, insert_of("ann")).await;
    assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 1);
    store.sweep(10, Now::At(record.times.expires)).await.unwrap();

    let other = patient().prefix("other:").connect(&url).await;
    let refused = error_chain(&other.expect_err("its keys are not the user's"));
    assert!(refused.contains("ACL SETUSER app ~other:*"), "{refused}");
    let wrong = format!("redis://app:wrong@{}", server.address());
    let wrong = patient().deadline(VAIN_DEADLINE).connect(&wrong).await;
    let refused = error_chain(&wrong.expect_err("the password is wrong"));
    assert!(refused.contains("username-password"), "{refused}");
    assert!(!refused.contains("wrong@"), "{refused}");
}

#[tokio::test]
async fn no_password_is_shown() {
    let server = Redis::start().await;
    let mut raw = Raw::connect(&server.url()).await;
    raw.ask::<String>("ACL SETUSER default >canary").await;
    let url = format!("redis://:canary@{}", server.address());
    let store = patient().connect(&url).await.unwrap();
    let builder = RedisStore::builder();
    let bad = [
        format!("redis://:canary@{}:x", server.address()),
        "redis://:canary@localhost/first".to_owned(),
        "http://:canary@localhost".to_owned(),
    ];
    let mut shown = format!("{store:?} {builder:?}");
    for url in bad {
        let error = RedisStore::connect(&url).await.expect_err("the URL is wrong");
        assert!(matches!(error, ConnectError::Url(_)), "{error:?}");
        shown = format!("{shown} {error:?} {}", error_chain(&error));
    }
    assert!(!shown.contains("canary"), "{shown}");
    println!("{store:?}");
}

#[tokio::test]
async fn a_wrong_configuration_cannot_be_built() {
    let url = shared().await.url();
    for prefix in ["", "a b", "a*", "[", "ä", "\n"] {
        let error = RedisStore::builder().prefix(prefix).connect(&url).await.unwrap_err();
        assert!(matches!(error, ConnectError::Config(ConfigError::Prefix(_))), "{error:?}");
    }
    let error = RedisStore::builder().deadline(std::time::Duration::ZERO).connect(&url).await;
    assert!(matches!(error.unwrap_err(), ConnectError::Config(ConfigError::Zero(_))));
    let error = RedisStore::builder().waiting(0).connect(&url).await;
    assert!(matches!(error.unwrap_err(), ConnectError::Config(ConfigError::Zero(_))));
    let error = RedisStore::cluster(Vec::<String>::new()).await;
    assert!(matches!(error.unwrap_err(), ConnectError::Config(ConfigError::Zero(_))));
}

#[tokio::test]
async fn a_store_starts_while_the_server_is_down() {
    let server = Redis::durable().await;
    server.kill();
    let client = redis::Client::open(server.url()).unwrap();
    let store = patient().client(&client).unwrap();
    let (record, ()) = tokio::join!(stored(&store, insert_of("ann")), server.restart());
    assert_eq!(listed(&store, "ann").await, [record.handle]);
}

#[tokio::test]
async fn a_server_that_is_out_of_memory_refuses_to_write_and_still_reads_and_deletes() {
    let server = Redis::start().await;
    let mut raw = Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    let record = stored(&store, insert_of("ann")).await;
    raw.ask::<String>("CONFIG SET maxmemory 1").await;
    let error = store.insert(insert_of("ann"), Now::Store).await.expect_err("there is no room");
    assert!(error_chain(&error).contains("maxmemory"), "{}", error_chain(&error));
    let error = store.update(update_of(&record), Now::Store).await.expect_err("there is no room");
    assert!(error_chain(&error).contains("maxmemory"), "{}", error_chain(&error));
    assert!(loaded(&store, record.handle).await.is_some());
    assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
    assert_eq!(listed(&store, "ann").await, [record.handle]);
    assert!(store.alive(&[record.handle], Now::Store).await.unwrap()[0].is_some());
    assert!(store.delete(record.handle, Some(HOUR), Now::Store).await.unwrap());
    assert!(loaded(&store, record.handle).await.is_some_and(|record| record.is_ended()));
    assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
}

#[tokio::test]
async fn a_user_with_the_documented_rights_may_do_everything_in_a_cluster() {
    let documented = include_str!("../../src/acl.txt").replace("app", "cluster-app");
    let mut rule: Vec<&str> = documented.split_whitespace().collect();
    rule.extend(["+cluster|slots", "+asking"]);
    let cluster = shared_cluster().await;
    for url in cluster.urls() {
        Raw::connect(&url).await.ask_words::<String>(&rule).await;
    }
    let urls = cluster.urls().into_iter().map(|url| url.replace("//", "//cluster-app:secret@"));
    let store = patient().cluster(urls).await.unwrap();
    let record = stored(&store, insert_of("rights")).await;
    let record = saved(&store, update_of(&record)).await;
    assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
    assert_eq!(listed(&store, "rights").await, [record.handle]);
    assert!(store.delete(record.handle, None, Now::Store).await.unwrap());
    let wrong = cluster.urls()[0].replace("//", "//cluster-app:wrong@");
    let wrong = patient().deadline(VAIN_DEADLINE).cluster([wrong]).await;
    let error = wrong.expect_err("the password is wrong");
    assert!(error_chain(&error).contains("username-password"), "{}", error_chain(&error));
}
