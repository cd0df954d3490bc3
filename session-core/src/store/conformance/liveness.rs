//! `Store::alive` and `Store::endings`.

use std::collections::HashSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::sample::{DAY, HOUR, at, insert, insert_of, saved, second, stored, update_of, updated};
use crate::crypto::token::{Digest, Handle};
use crate::store::{Ending, Endings, Insert, Liveness, LogIn, Store, Update, Updated};

/// An answer for each, in their order: none for one that is missing, expired, or ended and
/// remembered, be it deleted so or emptied by an update.
pub async fn those_that_are_alive_are_told_in_order(store: impl Store) {
    let ann = stored(&store, insert_of("ann"), at(0)).await;
    let nobody = stored(&store, Insert { absolute: 2 * HOUR, ..insert() }, at(3000)).await;
    let deleted = stored(&store, insert_of("ann"), at(3000)).await;
    let remembered = stored(&store, insert_of("ann"), at(3000)).await;
    assert!(store.delete(deleted.handle, None, at(3001)).await.expect("the store works"));
    let memory = Some(HOUR);
    assert!(store.delete(remembered.handle, memory, at(3001)).await.expect("the store works"));
    let emptied = stored(&store, insert_of("ann"), at(3000)).await;
    let empty = Update { principal: None, fields: Arc::default(), ..Update::of(&emptied) };
    assert!(saved(&store, empty, at(3001)).await.is_ended());
    let alive =
        async |handles: &[Handle], now| store.alive(handles, now).await.expect("the store works");
    let anns = Liveness::new(Some("ann".into()), second(3599), second(3600), second(86_400));
    let nobodys = Liveness::new(None, second(3599), second(6600), second(10_200));
    let handles = [
        insert().handle,
        nobody.handle,
        deleted.handle,
        ann.handle,
        remembered.handle,
        nobody.handle,
        emptied.handle,
    ];
    let expected = [None, Some(nobodys.clone()), None, Some(anns), None, Some(nobodys), None];
    assert_eq!(alive(&handles, at(3599)).await, expected);
    assert!(alive(&[ann.handle], at(3600)).await == [None]);
    assert!(alive(&[], at(3600)).await.is_empty());
    // Many at once.
    let mut many = Vec::new();
    for number in 0..300 {
        let record = stored(&store, insert_of("1"), at(4000)).await;
        many.push(record.handle);
        if number % 3 == 0 {
            assert!(store.delete(record.handle, None, at(4000)).await.expect("the store works"));
        }
    }
    for (number, answer) in alive(&many, at(4001)).await.into_iter().enumerate() {
        assert_eq!(answer.is_none(), number % 3 == 0, "{number}");
    }
}

/// Waits for the ending of this session; other hints may come before.
async fn told(feed: &mut Endings, handle: Handle) {
    let found = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            match feed.next().await.expect("the feed goes on") {
                Ending::Of(other) if other == handle => return,
                Ending::Gap => return,
                Ending::Of(_) | Ending::UpToDate => {}
            }
        }
    });
    found.await.expect("the ending is told within ten seconds");
}

/// The feed tells of sessions that are deleted, by whatever method but `sweep`, and of those that
/// go from a principal to another or to none.
pub async fn the_feed_tells_what_ends(store: impl Store) {
    let Some(mut feed) = store.endings().await.expect("the store works") else { return };
    let log_in = |record: &_, principal: &str| Update {
        principal: Some(principal.into()),
        authenticated: Some(DAY),
        log_in: LogIn::new(Some(second(5)), None),
        ..update_of(record)
    };
    let deleted = stored(&store, insert_of("1"), at(0)).await;
    store.delete(deleted.handle, None, at(1)).await.expect("the store works");
    told(&mut feed, deleted.handle).await;
    let remembered = stored(&store, insert(), at(0)).await;
    store.delete(remembered.handle, Some(HOUR), at(1)).await.expect("the store works");
    told(&mut feed, remembered.handle).await;
    let never_stored = insert().handle;
    store.delete(never_stored, Some(HOUR), at(1)).await.expect("the store works");
    told(&mut feed, never_stored).await;
    let revoked = stored(&store, insert_of("1"), at(0)).await;
    store.delete_all("1", None, at(2)).await.expect("the store works");
    told(&mut feed, revoked.handle).await;
    let oldest = stored(&store, insert_of("2"), at(3)).await;
    let limit = LogIn::new(Some(second(4)), std::num::NonZeroU32::new(1));
    stored(&store, Insert { log_in: limit, ..insert_of("2") }, at(4)).await;
    told(&mut feed, oldest.handle).await;
    let passed_on = stored(&store, insert_of("3"), at(5)).await;
    let passed_on = saved(&store, log_in(&passed_on, "4"), at(5)).await;
    told(&mut feed, passed_on.handle).await;
    saved(&store, Update { principal: None, ..update_of(&passed_on) }, at(6)).await;
    told(&mut feed, passed_on.handle).await;
    let emptied = stored(&store, insert_of("5"), at(6)).await;
    let empty = Update { principal: None, fields: Arc::default(), ..Update::of(&emptied) };
    saved(&store, empty, at(7)).await;
    told(&mut feed, emptied.handle).await;
}

/// Whatever was acknowledged before a proof of life was asked for is told before it.
pub async fn the_feed_proves_that_nothing_is_missing(store: impl Store) {
    let Some(mut feed) = store.endings().await.expect("the store works") else { return };
    for number in 0..5 {
        let record = stored(&store, insert_of("1"), at(number)).await;
        store.delete(record.handle, None, at(number)).await.expect("the store works");
        let (mut proofs, mut is_unread) = (0, true);
        let told = tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                let next = poll_fn(|context| Poll::Ready(feed.poll_next(context))).await;
                // Real time passes: any number of proofs may wait that were asked for before.
                is_unread &= next.is_ready();
                let next = match next {
                    Poll::Ready(next) => next,
                    Poll::Pending => feed.next().await,
                };
                match next.expect("the feed goes on") {
                    Ending::Of(handle) if handle == record.handle => return,
                    Ending::Gap => return,
                    Ending::Of(_) => {}
                    Ending::UpToDate => proofs += u32::from(!is_unread),
                }
            }
        });
        told.await.expect("the ending is told within ten seconds");
        // One may have been asked for before.
        assert!(proofs <= 1, "{proofs} proofs came before what they prove");
    }
}

/// Who reads the feed late is told of everything, or of a gap.
pub async fn a_late_reader_is_told_of_everything_or_of_a_gap(store: impl Store) {
    const MANY: usize = 3000;
    let Some(mut feed) = store.endings().await.expect("the store works") else { return };
    let mut handles = HashSet::new();
    for _ in 0..MANY {
        let record = stored(&store, insert_of("1"), at(0)).await;
        handles.insert(record.handle);
    }
    store.delete_all("1", None, at(1)).await.expect("the store works");
    let told = tokio::time::timeout(Duration::from_secs(10), async {
        while !handles.is_empty() {
            match feed.next().await.expect("the feed goes on") {
                Ending::Of(handle) => _ = handles.remove(&handle),
                Ending::Gap => return,
                Ending::UpToDate => {}
            }
        }
    });
    told.await.expect("it is told within ten seconds");
}

/// Not told are a log-in to a session of nobody, updates, rotations, touches and sweeps.
pub async fn the_feed_does_not_tell_what_goes_on(store: impl Store) {
    let Some(mut feed) = store.endings().await.expect("the store works") else { return };
    let expired = stored(&store, insert_of("1"), at(0)).await;
    let record = stored(&store, insert(), at(3600)).await;
    let log_in = Update {
        principal: Some("1".into()),
        authenticated: Some(DAY),
        log_in: LogIn::new(Some(second(3600)), None),
        digest: Digest::from_bytes([9; 32]),
        ..update_of(&record)
    };
    let record = saved(&store, log_in, at(3600)).await;
    let Updated::Saved(_) = updated(&store, update_of(&record), at(3601)).await else {
        panic!("nobody else writes");
    };
    assert!(store.touch(record.handle, HOUR, at(3602)).await.expect("the store works"));
    while store.sweep(10, at(3602)).await.expect("the store works") != crate::store::Swept::All(0) {
    }
    let last = stored(&store, insert_of("1"), at(3603)).await;
    store.delete(last.handle, None, at(3603)).await.expect("the store works");
    loop {
        match feed.next().await.expect("the feed goes on") {
            Ending::Of(handle) if handle == last.handle => return,
            Ending::Of(handle) => {
                assert_ne!(handle, record.handle, "it goes on");
                assert_ne!(handle, expired.handle, "expiry is not told");
            }
            Ending::Gap => return,
            Ending::UpToDate => {}
        }
    }
}
