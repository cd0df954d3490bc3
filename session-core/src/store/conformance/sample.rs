//! What the cases write: records that differ, at moments that are named.

use std::task::Poll;
use std::time::Duration;

use crate::crypto::random::System;
use crate::crypto::time::{Now, Timestamp};
use crate::crypto::token::{DigestKey, Handle, Token, Transport};
use crate::store::{Contents, Insert, Inserted, ListQuery, LogIn, Record, Store, Update, Updated};

pub(super) const HOUR: Duration = Duration::from_hours(1);
pub(super) const DAY: Duration = Duration::from_hours(24);

/// A whole second in 2024, and so many seconds more.
pub(super) fn at(seconds: u64) -> Now {
    Now::At(second(seconds))
}

pub(super) fn second(seconds: u64) -> Timestamp {
    Timestamp::from_micros(1_720_000_000_000_000).plus(Duration::from_secs(seconds))
}

/// A moment this close before another.
pub(super) fn just_before(moment: Timestamp) -> Now {
    Now::At(Timestamp::from_micros(moment.micros() - 1))
}

/// A record for nobody, an hour idle, a day in all.
pub(crate) fn insert() -> Insert {
    let token = Token::generate(&System, second(0)).expect("the system's random source works");
    Insert {
        handle: token.handle(),
        digest: token.digest(&DigestKey::new("session", "Shop", Transport::Cookie)),
        principal: None,
        fields: b"\x01\x01\0\x04Shop\x06visits\x011"[..].into(),
        persistent: false,
        label: None,
        idle: HOUR,
        absolute: DAY,
        log_in: LogIn::default(),
    }
}

pub(super) fn insert_of(principal: &str) -> Insert {
    Insert { principal: Some(principal.into()), ..insert() }
}

/// What leaves a record as it is.
pub(super) fn update_of(record: &Record) -> Update {
    Update { idle: Some(HOUR), ..Update::of(record) }
}

/// Stores it and loads it again.
pub(super) async fn stored(store: &impl Store, insert: Insert, now: Now) -> Record {
    let handle = insert.handle;
    let inserted = store.insert(insert, now).await.expect("the store works");
    assert!(matches!(inserted, Inserted::Saved(_)), "a new handle is free");
    loaded(store, handle, now).await.expect("what was inserted is there")
}

pub(super) async fn loaded(store: &impl Store, handle: Handle, now: Now) -> Option<Record> {
    store.load(handle, now).await.expect("the store works")
}

/// The first hundred records of this principal, with their fields.
pub(super) async fn listed(store: &impl Store, principal: &str, now: Now) -> Vec<Record> {
    let query = ListQuery::first(Contents::Whole, 100);
    store.list(principal, query, now).await.expect("the store works").records
}

pub(super) async fn updated(store: &impl Store, update: Update, now: Now) -> Updated {
    store.update(update, now).await.expect("the store works")
}

pub(super) async fn saved(store: &impl Store, update: Update, now: Now) -> Record {
    let handle = update.handle;
    let updated = updated(store, update, now).await;
    assert!(
        matches!(updated, Updated::Saved(_)),
        "the expected revision is the record's: {updated:?}"
    );
    loaded(store, handle, now).await.expect("what was updated is there")
}

/// Runs all of them at once, and answers in their order.
pub(super) async fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in &mut pending {
            if output.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        let done = pending.iter().all(|(_, output)| output.is_some());
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    pending.into_iter().filter_map(|(_, output)| output).collect()
}
