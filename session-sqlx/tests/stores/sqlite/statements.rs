//! The statements that each operation takes, as SQLite's driver logs them.

use std::collections::HashMap;
use std::fmt::Debug;
use std::num::NonZeroU32;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use session_core::store::{Contents, ListQuery, LogIn, Updated};
use session_core::{Now, Store as _};
use session_sqlx::SqliteStore;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::fixtures::{
    Database, HOUR, handle as fresh_handle, insert, insert_of, patient, update_of, with,
};

/// The statements of each thread that has this test's name.
static HEARD: OnceLock<Mutex<HashMap<String, Vec<String>>>> = OnceLock::new();
const NAME: &str = "statements-";

/// How long a statement is waited for that has to come.
const PATIENCE: Duration = Duration::from_secs(30);

const FIRST_PAGE: ListQuery = ListQuery::first(Contents::Whole, 100);

fn heard() -> std::sync::MutexGuard<'static, HashMap<String, Vec<String>>> {
    HEARD.get_or_init(Mutex::default).lock().expect("no panic")
}

/// Hears what the driver logs: each connection is a thread, and a thread has a name.
struct Ear;

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or_default();
        if name.starts_with(NAME) {
            let mut words = Words(String::new());
            event.record(&mut words);
            heard().entry(name.to_owned()).or_default().push(words.0);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Words(String);

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// The statements since the last time, once none comes any more: the driver logs one after its
/// answer is out.
async fn statements() -> Vec<String> {
    let mut before = usize::MAX;
    loop {
        let now = heard().values().map(Vec::len).sum();
        if now == before {
            let mut all: Vec<String> =
                std::mem::take(&mut *heard()).into_values().flatten().collect();
            all.retain(|sql| is_counted(sql));
            return all;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Not what a commit takes, which is paid by all that are in it.
fn is_counted(sql: &str) -> bool {
    !matches!(sql, "BEGIN IMMEDIATE" | "COMMIT")
}

async fn assert_costs(what: &str, number: usize) {
    let began = Instant::now();
    while heard().values().flatten().filter(|sql| is_counted(sql)).count() < number
        && began.elapsed() < PATIENCE
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let statements = statements().await;
    assert_eq!(statements.len(), number, "{what}: {statements:#?}");
}

#[tokio::test]
async fn an_operation_is_one_statement() {
    tracing::subscriber::set_global_default(Ear).expect("no other test sets one");
    let database = Database::new();
    let options = SqliteConnectOptions::new()
        .filename(&database.0)
        .log_statements("debug".parse().expect("it is a level"))
        .thread_name(|number| format!("{NAME}{number}"));
    let store = patient().connect_with(options).await;
    let store = store.expect("the file is ours");
    store.migrate().await.expect("the file is new");
    let warm = with(insert(), |insert| insert.principal = Some("ann".into()));
    let handle = warm.handle;
    store.insert(warm, Now::Store).await.map(drop).expect("the store works");
    let loaded = async || {
        let found = store.load(handle, Now::Store).await;
        found.expect("the store works").expect("it is there")
    };
    // Every reader is open then, and has set itself up.
    futures(&store, 16).await;
    let record = loaded().await;
    // How many there are is not known, so that the last ones get more time.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(statements().await.len() > 10, "they are heard");

    loaded().await;
    assert_costs("load", 1).await;
    store.insert(insert(), Now::Store).await.map(drop).expect("the store works");
    assert_costs("insert", 1).await;
    store.insert(insert_of("cid"), Now::Store).await.map(drop).expect("the store works");
    assert_costs("a log-in", 2).await;
    let log_in = LogIn::new(None, NonZeroU32::new(1));
    let limited = with(insert_of("cid"), |insert| insert.log_in = log_in);
    store.insert(limited, Now::Store).await.map(drop).expect("the store works");
    assert_costs("a log-in with a limit, as a whole", 5).await;
    assert!(matches!(store.update(update_of(&record), Now::Store).await, Ok(Updated::Saved(_))));
    assert_costs("update", 1).await;
    assert!(store.touch(handle, HOUR, Now::Store).await.expect("the store works"));
    assert_costs("touch", 1).await;
    store.list("ann", FIRST_PAGE, Now::Store).await.expect("the store works");
    assert_costs("list", 1).await;
    let mut handles: Vec<_> = (0..300).map(|_| fresh_handle()).collect();
    handles.push(handle);
    let alive = store.alive(&handles, Now::Store).await.expect("the store works");
    assert!(alive.iter().flatten().count() == 1 && alive[300].is_some());
    assert_costs("what is alive of 301", 1).await;
    assert_eq!(store.alive(&[], Now::Store).await.expect("nothing is asked"), []);
    assert_costs("what is alive of none", 0).await;

    let record = loaded().await;
    assert_costs("load, again", 1).await;
    let log_in = with(update_of(&record), |update| update.principal = Some("bob".into()));
    assert!(matches!(store.update(log_in, Now::Store).await, Ok(Updated::Saved(_))));
    assert_costs("an update that takes the session from a principal", 1).await;
    let stale = store.update(update_of(&record), Now::Store).await;
    assert!(matches!(stale, Ok(Updated::Conflict(_))));
    assert_costs("an update that lost", 3).await;

    store.delete_all("bob", None, Now::Store).await.expect("the store works");
    assert_costs("delete_all, as a whole", 4).await;
    store.delete(handle, None, Now::Store).await.expect("the store works");
    assert_costs("delete", 1).await;
    store.delete(handle, Some(HOUR), Now::Store).await.expect("the store works");
    assert_costs("a delete that is remembered", 2).await;
    store.sweep(100, Now::Store).await.expect("the store works");
    assert_costs("sweep", 3).await;
}

/// Reads that are under way together, so that each reader has one.
async fn futures(store: &SqliteStore, number: usize) {
    let mut loads = tokio::task::JoinSet::new();
    for _ in 0..number {
        let store = store.clone();
        loads.spawn(async move { store.list("nobody", FIRST_PAGE, Now::Store).await.map(drop) });
    }
    for done in loads.join_all().await {
        done.expect("the store works");
    }
}
