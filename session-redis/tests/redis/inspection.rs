//! What a server has to be like, and its user be allowed, which a store finds out before it is used.

use std::error::Error;
use std::fs;
use std::time::Duration;

use session_core::{Now, Store as _, StoreError};
use session_redis::{ConnectError, UnfitServer};
use session_test_support::{Redis, RedisCluster, Warnings};
use tokio::task::JoinSet;

use crate::sample::{Raw, connected, error_chain, handle, insert_of, listed, patient, stored};

/// The documented rights, given to this user, and changed by these rules.
async fn allow(url: &str, user: &str, rules: &[&str]) {
    let documented = include_str!("../../src/acl.txt").replace("app", user);
    let mut words: Vec<&str> = documented.split_whitespace().collect();
    words.extend(rules);
    Raw::connect(url).await.ask_words::<String>(&words).await;
}

/// The rules that the error says are missing.
fn missing(error: &(dyn Error + 'static)) -> String {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(UnfitServer::Rights { rules, .. }) = error.downcast_ref() {
            return rules.clone();
        }
        cause = error.source();
    }
    panic!("another error: {}", error_chain(error));
}

/// Takes each of the documented rights away in turn.
#[tokio::test]
async fn a_store_is_refused_that_lacks_any_right_and_told_which() {
    let server = Redis::start().await;
    let documented: Vec<&str> = include_str!("../../src/acl.txt")
        .split_whitespace()
        .filter_map(|word| word.strip_prefix('+'))
        .collect();
    assert!(documented.len() > 18, "{documented:?}");
    let cases: JoinSet<()> = documented
        .into_iter()
        .map(|command| {
            let (url, address) = (server.url(), server.address());
            async move {
                let user = format!("no-{command}");
                allow(&url, &user, &[&format!("-{command}")]).await;
                let url = format!("redis://{user}:secret@{address}");
                let store = patient().connect(&url).await;
                if ["publish", "subscribe", "info"].contains(&command) {
                    let store = store.expect("it does without");
                    stored(&store, insert_of(command)).await;
                    let health = store.health().await.unwrap().to_string();
                    assert!(health.contains(&format!("+{command}")), "{health}");
                    return;
                }
                let error = store.expect_err(command);
                assert!(matches!(error, ConnectError::Unusable(_)), "{error:?}");
                assert_eq!(missing(&error), format!("+{command}"));
                let told = error_chain(&error);
                let cure = format!("`ACL SETUSER {user} +{command}`");
                assert!(told.contains(&cure) && told.contains(&address.to_string()), "{told}");

                // One that connects at the first use.
                let client = redis::Client::open(url).unwrap();
                let store = patient().client(&client).unwrap();
                let StoreError::Failed(cause) = store.load(handle(), Now::Store).await.unwrap_err()
                else {
                    panic!("there is a cause")
                };
                assert_eq!(missing(&*cause), format!("+{command}"));
                assert!(store.health().await.is_err());
            }
        })
        .collect();
    cases.join_all().await;
}

#[tokio::test]
async fn a_store_is_refused_that_lacks_the_keys_or_the_database_and_told_which() {
    let server = Redis::start().await;
    let address = server.address();
    let url = |user: &str, database: u8| format!("redis://{user}:secret@{address}/{database}");
    allow(&server.url(), "keys", &[]).await;
    let other = patient().prefix("other:").connect(&url("keys", 0)).await;
    let told = missing(&other.expect_err("its keys are not the user's"));
    assert!(told.starts_with("~other:*"), "{told}");
    allow(&server.url(), "reads", &["resetkeys", "%R~session:*"]).await;
    let told = missing(&patient().connect(&url("reads", 0)).await.expect_err("it may not write"));
    assert!(told.starts_with("~session:*"), "{told}");
    let error = patient().connect(&url("keys", 1)).await.expect_err("it may not select");
    assert_eq!(missing(&error), "+select");
    allow(&server.url(), "selects", &["+select"]).await;
    let store = patient().connect(&url("selects", 1)).await.unwrap();
    let record = stored(&store, insert_of("ann")).await;
    assert_eq!(listed(&store, "ann").await, [record.handle]);
}

/// A script that is refused half-way has done half of what it does.
#[tokio::test]
async fn a_right_that_is_taken_away_and_given_back_needs_no_restart() {
    let server = Redis::start().await;
    let mut raw = Raw::connect(&server.url()).await;
    allow(&server.url(), "app", &[]).await;
    let store =
        patient().connect(&format!("redis://app:secret@{}", server.address())).await.unwrap();
    raw.ask::<String>("ACL SETUSER app -zadd").await;
    let told = store.health().await.expect_err("no log-in can be stored");
    assert!(error_chain(&told).contains("ACL SETUSER app +zadd"), "{}", error_chain(&told));
    raw.ask::<i64>("CLIENT KILL USER app").await;
    let refused =
        store.load(handle(), Now::Store).await.expect_err("the new connection is inspected");
    let StoreError::Failed(cause) = refused else { panic!("{refused:?}") };
    assert_eq!(missing(&*cause), "+zadd");
    raw.ask::<String>("ACL SETUSER app +zadd").await;
    stored(&store, insert_of("ann")).await;
    assert_eq!(store.health().await.unwrap().warnings(), [""; 0]);
}

/// What is inspected is what the scripts call.
#[test]
fn every_command_of_the_scripts_is_documented_and_inspected() {
    let documented = include_str!("../../src/acl.txt");
    let guide = include_str!("../../../docs/guide/stores.md");
    assert!(documented.lines().all(|line| guide.contains(line)), "the guide has the same");
    let inspected = include_str!("../../src/inspection/inspect.lua");
    let scripts = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/scripts/lua")).unwrap();
    let mut commands = 0;
    for script in scripts {
        let text = fs::read_to_string(script.unwrap().path()).unwrap();
        for call in ["redis.call('", "redis.pcall('"] {
            for rest in text.split(call).skip(1) {
                let command = rest.split('\'').next().unwrap().to_lowercase();
                assert!(documented.contains(&format!("+{command}")), "{command}");
                assert!(inspected.contains(&format!("'{command}'")), "{command}");
                commands += 1;
            }
        }
    }
    assert!(commands > 40, "{commands}");
}

#[tokio::test]
async fn a_server_that_evicts_is_told_at_connect_and_by_health() {
    let server = Redis::start().await;
    let mut raw = Raw::connect(&server.url()).await;
    let warnings = Warnings::capture();
    // Without a limit nothing is evicted.
    raw.ask::<String>("CONFIG SET maxmemory-policy volatile-lru").await;
    let store = connected(patient(), &server.url()).await;
    assert_eq!(store.health().await.unwrap().warnings(), [""; 0]);
    raw.ask::<String>("CONFIG SET maxmemory 100mb").await;
    let health = store.health().await.unwrap();
    let [told] = health.warnings() else { panic!("{health}") };
    for words in [&server.address().to_string(), "volatile-lru", "maxmemory-policy noeviction"] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(warnings.said(), [""; 0]);
    for _ in 0..2 {
        connected(patient(), &server.url()).await;
    }
    let said = warnings.said();
    assert!(said.len() == 2 && said.iter().all(|said| said.contains(told.as_str())), "{said:?}");
    // It is not told again at each new connection, but when it was in order meanwhile.
    let record = stored(&store, insert_of("ann")).await;
    for (policy, told) in [("noeviction", 2), ("allkeys-lru", 3), ("allkeys-lru", 3)] {
        raw.ask::<String>(&format!("CONFIG SET maxmemory-policy {policy}")).await;
        raw.ask::<i64>("CLIENT KILL TYPE normal SKIPME yes").await;
        assert_eq!(listed(&store, "ann").await, [record.handle]);
        assert_eq!(warnings.said().len(), told, "{:?}", warnings.said());
    }
}

#[tokio::test]
async fn keys_that_were_evicted_are_told() {
    let server = Redis::start().await;
    let store = connected(patient(), &server.url()).await;
    let mut raw = Raw::connect(&server.url()).await;
    stored(&store, insert_of("ann")).await;
    for setting in ["maxmemory-policy allkeys-random", "maxmemory 1"] {
        raw.ask::<String>(&format!("CONFIG SET {setting}")).await;
    }
    while raw.ask::<i64>("DBSIZE").await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for setting in ["maxmemory 0", "maxmemory-policy noeviction"] {
        raw.ask::<String>(&format!("CONFIG SET {setting}")).await;
    }
    let health = store.health().await.unwrap().to_string();
    assert!(health.contains("has evicted 2 keys") && health.contains("check_indexes"), "{health}");
    raw.ask::<String>("CONFIG RESETSTAT").await;
    assert_eq!(store.health().await.unwrap().to_string(), "in order");
}

/// Access control lists are not replicated, nor are settings.
#[tokio::test]
async fn each_node_of_a_cluster_is_inspected() {
    let cluster = RedisCluster::start().await;
    for url in cluster.urls() {
        allow(&url, "app", &["+cluster|slots", "+asking"]).await;
    }
    let urls: Vec<String> =
        cluster.urls().into_iter().map(|url| url.replace("//", "//app:secret@")).collect();
    // The first three are the masters.
    for rule in ["-zrem", "-asking", "-cluster|slots"] {
        let mut raw = Raw::connect(&cluster.urls()[2]).await;
        raw.ask::<String>(&format!("ACL SETUSER app {rule}")).await;
        let error = patient().cluster(&urls).await.expect_err("one node's list differs");
        assert_eq!(missing(&error), rule.replace('-', "+"));
        assert!(error_chain(&error).contains(&cluster.nodes()[2].address().to_string()));
        raw.ask::<String>(&format!("ACL SETUSER app {}", rule.replace('-', "+"))).await;
    }
    let store = patient().cluster(&urls).await.unwrap();
    assert_eq!(store.health().await.unwrap().to_string(), "in order");
    let mut raw = Raw::connect(&cluster.urls()[1]).await;
    for setting in ["maxmemory 100mb", "maxmemory-policy allkeys-lfu"] {
        raw.ask::<String>(&format!("CONFIG SET {setting}")).await;
    }
    let health = store.health().await.unwrap();
    let address = cluster.nodes()[1].address().to_string();
    assert!(matches!(health.warnings(), [one] if one.contains(&address)), "{health}");
    raw.ask::<String>("CONFIG SET maxmemory-policy noeviction").await;

    // What is wrong with one node takes no other out of service.
    raw.ask::<String>("ACL SETUSER app -zcount").await;
    let health = store.health().await.unwrap();
    let told = |one: &String| one.contains(&address) && one.contains("ACL SETUSER app +zcount");
    assert!(matches!(health.warnings(), [one] if told(one)), "{health}");
    for url in cluster.urls() {
        Raw::connect(&url).await.ask::<String>("ACL SETUSER app -zcount").await;
    }
    store.health().await.expect_err("no node can be used");
}

#[tokio::test]
async fn a_check_of_indexes_names_the_right_that_it_takes() {
    let server = Redis::start().await;
    allow(&server.url(), "app", &[]).await;
    let store =
        patient().connect(&format!("redis://app:secret@{}", server.address())).await.unwrap();
    let refused = store.check_indexes(|_| ()).await.expect_err("it may not scan");
    let StoreError::Failed(cause) = refused else { panic!("{refused:?}") };
    assert_eq!(missing(&*cause), "+scan");
    allow(&server.url(), "app", &["+scan"]).await;
    assert_eq!(store.check_indexes(|_| ()).await.unwrap().records, 0);
}
