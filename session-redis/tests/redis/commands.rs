//! What each operation costs, as the server counted it.

use std::collections::BTreeMap;

use session_core::store::{Inserted, Swept, Update, Updated};
use session_core::{Now, Store as _};
use session_test_support::Redis;

use crate::sample::{
    HOUR, Raw, builder, connected, handle, insert, insert_of, listed, loaded, saved, stored,
    update_of, updated,
};

/// How often each command was called, by clients and by scripts.
async fn counted(raw: &mut Raw) -> BTreeMap<String, u64> {
    let told: String = raw.ask("INFO commandstats").await;
    let count = |line: &str| {
        let (command, figures) = line.strip_prefix("cmdstat_")?.split_once(':')?;
        let calls = figures.strip_prefix("calls=")?.split(',').next()?.parse().ok()?;
        Some((command.to_owned(), calls))
    };
    told.lines().filter_map(count).collect()
}

/// What the operation adds to the counts, the looks at them apart.
async fn cost(raw: &mut Raw, operation: impl Future<Output = ()>) -> BTreeMap<String, u64> {
    raw.ask::<String>("CONFIG RESETSTAT").await;
    operation.await;
    let mut counts = counted(raw).await;
    counts.remove("config|resetstat");
    counts.remove("info");
    counts
}

/// What a script calls does not travel.
fn is_called_by_scripts(command: &str) -> bool {
    [
        "time",
        "get",
        "set",
        "exists",
        "del",
        "getrange",
        "setrange",
        "pexpireat",
        "pexpiretime",
        "zadd",
        "zcount",
        "zrem",
        "zrange",
        "zremrangebyscore",
    ]
    .contains(&command)
}

/// Carries out the operation, and checks what was sent for it.
async fn takes(
    commands: &[(&str, u64)],
    name: &str,
    raw: &mut Raw,
    operation: impl Future<Output = ()>,
) {
    let counts = cost(raw, operation).await;
    let (inside, sent): (Vec<_>, Vec<_>) = counts
        .iter()
        .map(|(command, calls)| (command.as_str(), *calls))
        .partition(|(command, _)| is_called_by_scripts(command));
    println!("{name}: sent {sent:?}, called by the script {inside:?}");
    assert_eq!(sent, commands, "{name}");
}

#[tokio::test]
async fn each_operation_is_one_command() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    let nobody = stored(&store, insert()).await;
    let ann = stored(&store, insert_of("ann")).await;
    // So that each script has been sent in full once.
    let warm = saved(&store, update_of(&stored(&store, insert_of("warm")).await)).await;
    assert!(store.touch(warm.handle, HOUR, Now::Store).await.unwrap());
    assert_eq!(listed(&store, "warm").await, [warm.handle]);
    assert!(store.delete(warm.handle, Now::Store).await.unwrap());
    assert_eq!(store.delete_all("warm", None, Now::Store).await.unwrap().live, 0);

    let one = [("evalsha", 1)];
    takes(&one, "load", raw, async {
        assert!(loaded(&store, ann.handle).await.is_some());
    })
    .await;
    takes(&one, "load of an unknown handle", raw, async {
        assert!(loaded(&store, handle()).await.is_none());
    })
    .await;
    takes(&one, "update", raw, async {
        assert!(matches!(updated(&store, update_of(&ann)).await, Updated::Saved(_)));
    })
    .await;
    takes(&one, "update that conflicts", raw, async {
        assert!(matches!(updated(&store, update_of(&ann)).await, Updated::Conflict(_)));
    })
    .await;
    takes(&one, "update that logs in", raw, async {
        let principal = Some("ann".into());
        let log_in = Update { principal, authenticated: Some(HOUR), ..update_of(&nobody) };
        assert!(matches!(updated(&store, log_in).await, Updated::Saved(_)));
    })
    .await;
    takes(&one, "insert", raw, async {
        let inserted = store.insert(insert(), Now::Store).await.unwrap();
        assert!(matches!(inserted, Inserted::Saved(_)));
    })
    .await;
    takes(&one, "insert of a principal", raw, async {
        let inserted = store.insert(insert_of("ann"), Now::Store).await.unwrap();
        assert!(matches!(inserted, Inserted::Saved(_)));
    })
    .await;
    takes(&one, "touch", raw, async {
        assert!(store.touch(ann.handle, HOUR, Now::Store).await.unwrap());
    })
    .await;
    takes(&one, "list of three", raw, async {
        assert_eq!(listed(&store, "ann").await.len(), 3);
    })
    .await;
    takes(&one, "delete (log-out)", raw, async {
        assert!(store.delete(ann.handle, Now::Store).await.unwrap());
    })
    .await;
    takes(&one, "delete_all of two", raw, async {
        assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 2);
    })
    .await;
    takes(&[], "sweep", raw, async {
        assert_eq!(store.sweep(1000, Now::Store).await.unwrap(), Swept::All(0));
    })
    .await;
}

#[tokio::test]
async fn opening_a_store_is_three_commands() {
    let server = Redis::start().await;
    let mut raw = Raw::connect(&server.url()).await;
    let counts = cost(&mut raw, async {
        connected(builder(), &server.url()).await;
    })
    .await;
    println!("opening: {counts:?}");
    let sent: u64 = counts
        .iter()
        .filter(|(command, _)| !is_called_by_scripts(command))
        .map(|(_, calls)| calls)
        .sum();
    assert_eq!(sent, 3, "HELLO, EVALSHA, EVAL: {counts:?}");
}
