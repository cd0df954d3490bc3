//! The feed of endings: what is told, whoever ends a session, and what is not.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use session_core::store::{Ending, Endings, LogIn, Swept};
use session_core::{Digest, Handle, Now, Store as _};
use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use session_test_support::records::saved;
use sqlx::postgres::PgListener;
use tokio::time::timeout;

use super::fixtures::{
    DAY, Database, HOUR, insert, insert_of, migrated, patient, store, stored, update_of, with,
};

const OVER: &str =
    "UPDATE sessions SET expires = now() - interval '1 s', sweep_at = now() - interval '1 s'";

async fn feed(store: &PostgresStore) -> Endings {
    store.endings().await.expect("the store works").expect("it has a feed")
}

/// What was told and is not read yet. Real time passes: a proof was told every second.
async fn unread(feed: &mut Endings) -> Vec<Ending> {
    let mut unread = Vec::new();
    loop {
        tokio::select! {
            biased;
            next = feed.next() => unread.push(next.expect("the feed goes on")),
            () = std::future::ready(()) => return unread,
        }
    }
}

/// The endings until the second new proof: the first may answer a question from before.
async fn told(feed: &mut Endings) -> Vec<Ending> {
    let mut told = unread(feed).await;
    told.retain(|ending| *ending != Ending::UpToDate);
    let mut proofs = 0;
    while proofs < 2 {
        let next = timeout(Duration::from_mins(1), feed.next()).await.expect("proofs go on");
        match next.expect("the feed goes on") {
            Ending::UpToDate => proofs += 1,
            ending => told.push(ending),
        }
    }
    told
}

fn of(handles: impl IntoIterator<Item = Handle>) -> Vec<Ending> {
    handles.into_iter().map(Ending::Of).collect()
}

/// The notifications themselves, past the store.
struct Notifications(PgListener, Database, String);

impl Notifications {
    async fn of(database: &Database) -> Self {
        let mut listener = PgListener::connect(&database.0).await.expect("the server is up");
        let table = database.number("SELECT 'sessions'::regclass::oid::bigint").await;
        let channel = format!("session_endings_{table}");
        listener.listen(&channel).await.expect("the server is up");
        Self(listener, database.clone(), channel)
    }

    /// Their texts since the last time.
    async fn take(&mut self) -> Vec<String> {
        let Self(listener, database, channel) = self;
        database.execute(&format!("NOTIFY {channel}, 'test of a test'")).await;
        let mut texts = Vec::new();
        loop {
            let text = listener.recv().await.expect("the server is up").payload().to_owned();
            if text == "test of a test" {
                return texts;
            }
            texts.push(text);
        }
    }
}

#[tokio::test]
async fn what_somebody_does_by_hand_is_told() {
    let (store, database) = store(patient()).await;
    let records = [
        stored(&store, insert()).await,
        stored(&store, insert_of("1")).await,
        stored(&store, insert_of("2")).await,
    ];
    let mut feed = feed(&store).await;
    database.execute("DELETE FROM sessions WHERE principal IS NULL").await;
    assert_eq!(told(&mut feed).await, of([records[0].handle]));
    database.execute("UPDATE sessions SET principal = '3' WHERE principal = '1'").await;
    assert_eq!(told(&mut feed).await, of([records[1].handle]));
    database.execute("UPDATE sessions SET principal = NULL WHERE principal = '2'").await;
    assert_eq!(told(&mut feed).await, of([records[2].handle]));
    database.execute("SET search_path = ''; DELETE FROM public.sessions").await;
    let rest = told(&mut feed).await;
    assert_eq!(rest.len(), 2);
    database.execute("TRUNCATE sessions").await;
    assert_eq!(told(&mut feed).await, [Ending::Gap], "nobody knows which ones these were");
}

#[tokio::test]
async fn what_is_rolled_back_is_not_told() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert_of("1")).await;
    let mut feed = feed(&store).await;
    database.execute("BEGIN; DELETE FROM sessions; ROLLBACK").await;
    assert_eq!(told(&mut feed).await, []);
    database.execute("BEGIN; DELETE FROM sessions; COMMIT").await;
    assert_eq!(told(&mut feed).await, of([record.handle]));
}

#[tokio::test]
async fn a_thousand_at_once_are_told_in_five_messages() {
    let (store, database) = store(patient()).await;
    database
        .execute(
            "INSERT INTO sessions (handle, digest, revision, fields, persistent, created, seen,
                expires, absolute, sweep_at)
             SELECT gen_random_uuid(), sha256(''), 1, 'a', false, now(), now(),
                now() + interval '1 h', now() + interval '1 d', now() + interval '1 h'
             FROM generate_series(1, 1000)",
        )
        .await;
    let mut notifications = Notifications::of(&database).await;
    let mut feed = feed(&store).await;
    assert_eq!(notifications.take().await.len(), 1, "a feed is tested when it is opened");
    database.execute("DELETE FROM sessions").await;
    let messages = notifications.take().await;
    assert_eq!(messages.len(), 5);
    let mut handles: Vec<&str> = messages.iter().flat_map(|text| text.split(' ')).collect();
    handles.retain(|handle| !handle.is_empty());
    handles.sort_unstable();
    let mut told: Vec<_> =
        told(&mut feed).await.into_iter().map(|ending| format!("{ending:?}")).collect();
    told.sort_unstable();
    assert_eq!(told.len(), 1000);
    for (handle, told) in handles.iter().zip(&told) {
        assert!(told.contains(handle), "{told}");
    }
}

#[tokio::test]
async fn what_ends_nothing_notifies_nobody() {
    let (store, database) = store(patient()).await;
    let mut notifications = Notifications::of(&database).await;
    let mut cart = stored(&store, insert()).await;
    for idle in [None, Some(HOUR)] {
        let update = with(update_of(&cart), |update| {
            update.fields = vec![2].into();
            update.idle = idle;
        });
        cart = saved(&store, update).await;
    }
    let rotation = with(update_of(&cart), |update| update.digest = Digest::from_bytes([9; 32]));
    cart = saved(&store, rotation).await;
    let limit = LogIn::new(None, NonZeroU32::new(3));
    let log_in = with(update_of(&cart), |update| {
        update.principal = Some("1".into());
        update.authenticated = Some(DAY);
        update.log_in = limit;
    });
    let theirs = saved(&store, log_in).await;
    let again = with(update_of(&theirs), |update| {
        update.authenticated = Some(DAY);
        update.log_in = limit;
    });
    let theirs = saved(&store, again).await;
    let theirs = saved(&store, update_of(&theirs)).await;
    stored(&store, with(insert_of("1"), |insert| insert.log_in = limit)).await;
    assert!(store.touch(theirs.handle, HOUR, Now::Store).await.expect("the store works"));
    assert!(!store.delete(insert().handle, None, Now::Store).await.expect("the store works"));
    store.delete_all("2", None, Now::Store).await.expect("the store works");
    assert_eq!(notifications.take().await, [""; 0]);
    let last = stored(
        &store,
        with(insert_of("1"), |insert| {
            insert.log_in = LogIn::new(None, NonZeroU32::new(2));
        }),
    );
    last.await;
    assert_eq!(notifications.take().await.len(), 1, "this one made room for itself");
}

#[tokio::test]
async fn a_sweep_tells_nothing_and_what_follows_it_is_told() {
    let (store, database) = store(patient().workers(1)).await;
    for _ in 0..10 {
        stored(&store, insert_of("1")).await;
    }
    database.execute(OVER).await;
    let mut notifications = Notifications::of(&database).await;
    assert_eq!(store.sweep(10, Now::Store).await.expect("the store works"), Swept::Some(10));
    assert_eq!(notifications.take().await, [""; 0]);
    let record = stored(&store, insert()).await;
    assert!(store.delete(record.handle, None, Now::Store).await.expect("the store works"));
    assert_eq!(notifications.take().await.len(), 1, "the connection does not sweep any more");
}

/// A store that remembers log-outs of sealed cookies has no record of theirs before.
#[tokio::test]
async fn a_session_that_was_never_stored_is_told_when_it_is_remembered_as_ended() {
    let (store, _) = store(patient()).await;
    let mut feed = feed(&store).await;
    let handle = insert().handle;
    let ended = store.delete(handle, Some(HOUR), Now::Store).await;
    assert!(!ended.expect("the store works"));
    assert_eq!(told(&mut feed).await, of([handle]));
    store.delete(handle, Some(HOUR), Now::Store).await.expect("the store works");
    assert_eq!(told(&mut feed).await, of([handle]));
}

#[tokio::test]
async fn a_log_out_that_keeps_the_record_is_told() {
    let (store, _) = store(patient()).await;
    let theirs = stored(&store, insert_of("1")).await;
    let mut feed = feed(&store).await;
    let nobodys = with(update_of(&theirs), |update| update.principal = None);
    let nobodys = saved(&store, nobodys).await;
    assert_eq!((nobodys.principal, nobodys.revision), (None, 2));
    assert_eq!(told(&mut feed).await, of([theirs.handle]));
}

#[tokio::test]
async fn tables_do_not_mix() {
    let database = Database(Postgres::shared().await.database().await);
    let mut feeds = Vec::new();
    for builder in [patient(), patient().table("logins"), patient().schema("app")] {
        let store = migrated(builder, &database.0).await;
        let record = stored(&store, insert_of("1")).await;
        let feed = feed(&store).await;
        feeds.push((store, record.handle, feed));
    }
    for (store, ..) in &feeds {
        store.delete_all("1", None, Now::Store).await.expect("the store works");
    }
    for (_, handle, feed) in &mut feeds {
        assert_eq!(told(feed).await, of([*handle]));
    }
}

#[tokio::test]
async fn two_nodes_are_told_the_same_and_a_feed_costs_one_statement_a_second() {
    let (one, database) = store(patient().workers(1)).await;
    let two = migrated(patient().workers(1), &database.0).await;
    let record = stored(&one, insert_of("1")).await;
    let (mut first, mut second) = (feed(&one).await, feed(&two).await);
    two.delete_all("1", None, Now::Store).await.expect("the store works");
    assert_eq!(told(&mut first).await, of([record.handle]));
    assert_eq!(told(&mut second).await, of([record.handle]));
    drop(second);
    let server = Postgres::shared().await;
    let began = Instant::now();
    server.reset_statements(&database.0).await;
    unread(&mut first).await;
    for _ in 0..3 {
        assert_eq!(first.next().await, Some(Ending::UpToDate));
    }
    let statements = server.statements(&database.0).await;
    let asked: u64 = statements.iter().map(|(_, calls)| calls).sum();
    // The first proof may answer a question from before the reset.
    assert!((2..=began.elapsed().as_secs() + 1).contains(&asked), "{statements:?}");
}

#[tokio::test]
async fn the_listening_connection_is_named_and_ends_with_its_feed() {
    let (store, database) = store(patient()).await;
    let feed = feed(&store).await;
    let listening = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'session-sqlx endings'";
    assert_eq!(database.number(listening).await, 1);
    drop(feed);
    database.until(listening, 0).await;
}

#[tokio::test]
async fn a_role_that_may_only_use_the_table_ends_sessions_and_is_told() {
    let (_, database) = store(patient()).await;
    database
        .execute(
            "CREATE ROLE listener LOGIN;
             REVOKE EXECUTE ON FUNCTION sessions_tell_ended FROM PUBLIC;
             GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, sessions_revocations TO listener",
        )
        .await;
    let url = database.0.replace("postgres@", "listener@");
    let store = patient().connect(&url).await.expect("it may log in");
    let record = stored(&store, insert_of("1")).await;
    let mut feed = feed(&store).await;
    assert!(store.delete(record.handle, None, Now::Store).await.expect("it may delete"));
    assert_eq!(told(&mut feed).await, of([record.handle]));
}

/// A test's clock jumps to the next timer whenever everything waits.
#[tokio::test]
async fn a_feed_works_under_a_paused_clock() {
    let (store, _) = store(patient()).await;
    tokio::time::pause();
    let record = stored(&store, insert()).await;
    let mut feed = feed(&store).await;
    assert!(store.delete(record.handle, None, Now::Store).await.expect("the store works"));
    assert_eq!(told(&mut feed).await, of([record.handle]));
}
