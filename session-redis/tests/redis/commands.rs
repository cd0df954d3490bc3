//! What each operation costs, as the server counted it.

use std::collections::BTreeMap;

use session_core::store::{Ending, Inserted, Swept, Updated};
use session_core::{Now, Store as _};
use session_test_support::Redis;

use crate::sample::{
    HOUR, Raw, builder, connected, feed, first, first_without_fields, handle, insert, insert_of,
    listed, loaded, saved, stored, up_to_date, update_of, updated, with,
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
        "del",
        "getrange",
        "strlen",
        "setrange",
        "pexpireat",
        "pexpiretime",
        "zadd",
        "zcount",
        "zrem",
        "zrange",
        "zremrangebyscore",
        "publish",
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
    assert!(store.alive(&[warm.handle], Now::Store).await.unwrap()[0].is_some());
    assert!(store.delete(warm.handle, None, Now::Store).await.unwrap());
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
        let log_in = with(update_of(&nobody), |update| {
            update.principal = principal;
            update.authenticated = Some(HOUR);
        });
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
    takes(&one, "list of three with their fields", raw, async {
        let page = store.list("ann", first(10), Now::Store).await.unwrap();
        assert_eq!((page.records.len(), page.next), (3, None));
    })
    .await;
    takes(&one, "list, a page of two of three", raw, async {
        let page = store.list("ann", first(2), Now::Store).await.unwrap();
        assert_eq!((page.records.len(), page.next.is_some()), (2, true));
    })
    .await;
    takes(&one, "alive, of two", raw, async {
        let alive = store.alive(&[ann.handle, handle()], Now::Store).await.unwrap();
        assert!(matches!(&alive[..], [Some(_), None]));
    })
    .await;
    takes(&[], "alive, of none", raw, async {
        assert!(store.alive(&[], Now::Store).await.unwrap().is_empty());
    })
    .await;
    takes(&one, "delete that is remembered", raw, async {
        assert!(store.delete(nobody.handle, Some(HOUR), Now::Store).await.unwrap());
    })
    .await;
    takes(&one, "delete (log-out)", raw, async {
        assert!(store.delete(ann.handle, None, Now::Store).await.unwrap());
    })
    .await;
    takes(&one, "delete_all of one", raw, async {
        assert_eq!(store.delete_all("ann", None, Now::Store).await.unwrap().live, 1);
    })
    .await;
    takes(&[], "sweep", raw, async {
        assert_eq!(store.sweep(1000, Now::Store).await.unwrap(), Swept::All(0));
    })
    .await;
}

/// However many operations may wait: it is one.
#[tokio::test]
async fn many_are_asked_for_a_hundred_and_twenty_eight_at_once() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder().waiting(1), &server.url()).await;
    let mut handles = Vec::new();
    for _ in 0..300 {
        handles.push(stored(&store, insert_of("ann")).await.handle);
    }
    assert!(store.delete(handles[150], Some(HOUR), Now::Store).await.unwrap());
    assert!(store.delete(handles[299], None, Now::Store).await.unwrap());
    assert!(store.alive(&handles[..1], Now::Store).await.unwrap()[0].is_some());
    takes(&[("evalsha", 3)], "alive, of 300", raw, async {
        let alive = store.alive(&handles, Now::Store).await.unwrap();
        let ended: Vec<usize> = (0..alive.len()).filter(|place| alive[*place].is_none()).collect();
        assert_eq!((alive.len(), &ended[..]), (300, &[150, 299][..]));
    })
    .await;
}

/// How many bytes the server has sent since it last counted anew.
async fn sent_bytes(raw: &mut Raw) -> u64 {
    let told: String = raw.ask("INFO stats").await;
    let line = told.lines().find_map(|line| line.strip_prefix("total_net_output_bytes:"));
    line.expect("the server counts").parse().unwrap()
}

#[tokio::test]
async fn fields_that_nobody_asked_for_are_neither_read_nor_sent() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    let mut handles = Vec::new();
    for _ in 0..5 {
        let large = with(insert_of("ann"), |insert| insert.fields = vec![1; 1 << 20].into());
        handles.push(stored(&store, large).await.handle);
    }
    let counts = cost(raw, async {
        let page = store.list("ann", first_without_fields(10), Now::Store).await.unwrap();
        assert!(page.records.iter().all(|record| record.label.is_some()));
        let alive = store.alive(&handles, Now::Store).await.unwrap();
        assert!(alive.iter().all(Option::is_some));
    })
    .await;
    assert_eq!((counts.get("get"), counts["getrange"]), (None, 5 * 2 + 5 * 2));
    let sent = sent_bytes(raw).await;
    assert!(sent < 20_000, "{sent} bytes");
    // What is not on the page is not read either.
    let counts = cost(raw, async {
        let page = store.list("ann", first(2), Now::Store).await.unwrap();
        assert!(page.records.iter().all(|record| record.fields.len() == 1 << 20));
    })
    .await;
    assert_eq!((counts["get"], counts["getrange"]), (2, 5));
}

#[tokio::test]
async fn opening_a_store_is_four_commands() {
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
    assert_eq!(sent, 4, "HELLO, EVAL, EVALSHA, EVAL: {counts:?}");
}

#[tokio::test]
async fn an_idle_feed_is_one_command_a_second() {
    let server = Redis::start().await;
    let raw = &mut Raw::connect(&server.url()).await;
    let store = connected(builder(), &server.url()).await;
    let mut feed = feed(&store).await;
    up_to_date(&mut feed).await;
    takes(&[("evalsha", 3)], "three proofs of life", raw, async {
        for _ in 0..3 {
            assert_eq!(feed.next().await, Some(Ending::UpToDate));
        }
    })
    .await;
}
