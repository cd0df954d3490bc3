//! Records as the tests of a store write and read them.

use std::error::Error;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use session_core::store::{Contents, Insert, Inserted, ListQuery, Record, Update, Updated};
use session_core::{Digest, Handle, Now, Store};

/// How long a record of the tests may lie idle.
pub const HOUR: Duration = Duration::from_hours(1);

/// How long it lives at most.
pub const DAY: Duration = Duration::from_hours(24);

/// A handle as the library makes them, of this moment.
pub fn handle() -> Handle {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let since = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970");
    let millis = u64::try_from(since.as_millis()).expect("it is before the year 584542046");
    // Several processes may write to one store.
    let number = (u64::from(process::id()) << 32) + NEXT.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    bytes[6] = 0x70;
    bytes[8] |= 0x80;
    Handle::from_bytes(bytes)
}

/// A new record of nobody, 200 bytes long.
pub fn insert() -> Insert {
    let digest = Digest::from_bytes([7; 32]);
    let mut insert = Insert::new(handle(), digest, vec![1; 200].into(), HOUR, DAY);
    insert.label =
        Some("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into());
    insert
}

/// A new record of this principal.
pub fn insert_of(principal: &str) -> Insert {
    with(insert(), |insert| insert.principal = Some(principal.into()))
}

/// An update that changes nothing but the revision.
pub fn update_of(record: &Record) -> Update {
    with(Update::of(record), |update| update.idle = Some(HOUR))
}

/// The same with these changes: what is called for is not made by naming all of its fields.
pub fn with<V>(mut value: V, change: impl FnOnce(&mut V)) -> V {
    change(&mut value);
    value
}

/// Stores it and loads it again.
pub async fn stored(store: &impl Store, insert: Insert) -> Record {
    let handle = insert.handle;
    let inserted = store.insert(insert, Now::Store).await.expect("the store works");
    assert!(matches!(inserted, Inserted::Saved(_)), "a new handle is free");
    loaded(store, handle).await.expect("what was inserted is there")
}

/// Loads it, if it is there.
pub async fn loaded(store: &impl Store, handle: Handle) -> Option<Record> {
    store.load(handle, Now::Store).await.expect("the store works")
}

/// Updates it, or learns why not.
pub async fn updated(store: &impl Store, update: Update) -> Updated {
    store.update(update, Now::Store).await.expect("the store works")
}

/// Updates it and loads it again.
pub async fn saved(store: &impl Store, update: Update) -> Record {
    let handle = update.handle;
    let updated = updated(store, update).await;
    assert!(matches!(updated, Updated::Saved(_)), "it is at that revision: {updated:?}");
    loaded(store, handle).await.expect("what was updated is there")
}

/// The handles of the principal's sessions.
pub async fn listed(store: &impl Store, principal: &str) -> Vec<Handle> {
    let query = ListQuery::first(Contents::WithoutFields, 1000);
    let page = store.list(principal, query, Now::Store).await.expect("the store works");
    page.records.into_iter().map(|record| record.handle).collect()
}

/// Whether it is still there as it was.
pub async fn is_unchanged(store: &impl Store, record: &Record) -> bool {
    let then = Now::At(record.times.now);
    store.load(record.handle, then).await.expect("the store works").as_ref() == Some(record)
}

/// The messages of an error and its sources.
pub fn error_chain(error: &dyn Error) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        chain = format!("{chain}: {error}");
        source = error.source();
    }
    chain
}
