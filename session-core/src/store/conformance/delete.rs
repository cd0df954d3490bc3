//! `Store::delete`.

use std::sync::Arc;
use std::time::Duration;

use super::sample::{
    HOUR, at, insert, insert_of, just_before, listed, loaded, second, stored, together, update_of,
    updated,
};
use crate::crypto::token::Digest;
use crate::store::{Insert, Inserted, Record, Store, Times, Updated};

/// Removes the record, and answers whether it was there. Removing it twice is no error.
pub async fn a_deleted_record_stays_deleted(store: impl Store) {
    let kept = stored(&store, insert_of("1"), at(0)).await;
    let record = stored(&store, insert_of("1"), at(0)).await;
    assert!(store.delete(record.handle, None, at(1)).await.expect("the store works"));
    assert!(!store.delete(record.handle, None, at(1)).await.expect("the store works"));
    assert!(!store.delete(insert().handle, None, at(1)).await.expect("the store works"));
    assert_eq!(loaded(&store, record.handle, at(0)).await, None);
    assert_eq!(listed(&store, "1", at(0)).await, [kept]);
}

/// A record that has expired does not exist, swept or not.
pub async fn an_expired_record_is_not_there_to_be_deleted(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    assert!(!store.delete(record.handle, None, at(3600)).await.expect("the store works"));
}

/// However a delete and updates meet, the record is gone in the end.
pub async fn a_delete_wins_over_an_update_at_once(store: impl Store) {
    for _ in 0..20 {
        let record = stored(&store, insert_of("1"), at(0)).await;
        let update = async || {
            let mut current = record.clone();
            loop {
                tokio::task::yield_now().await;
                match updated(&store, update_of(&current), at(0)).await {
                    Updated::Saved(_) => current.revision += 1,
                    Updated::Conflict(newer) => current = *newer,
                    Updated::Gone => return,
                    Updated::Revoked(_) => panic!("nobody logs in"),
                }
            }
        };
        let delete = async {
            tokio::task::yield_now().await;
            assert!(store.delete(record.handle, None, at(0)).await.expect("the store works"));
        };
        let parties: [std::pin::Pin<Box<dyn Future<Output = ()>>>; 3] =
            [Box::pin(update()), Box::pin(delete), Box::pin(update())];
        together(parties).await;
        assert_eq!(loaded(&store, record.handle, at(0)).await, None);
    }
    assert_eq!(listed(&store, "1", at(0)).await, []);
}

/// With `remember`, an empty record takes the place of the deleted one for that long.
pub async fn a_deleted_session_is_remembered(store: impl Store) {
    let labelled = Insert { label: Some("a browser".into()), persistent: true, ..insert_of("1") };
    let record = stored(&store, labelled, at(0)).await;
    let remember = Some(2 * HOUR);
    assert!(store.delete(record.handle, remember, at(10)).await.expect("the store works"));
    let until = second(7210);
    let times = |now| Times::new(now, second(10), second(10), until, until);
    let (nothing, zeros) = (Arc::default(), Digest::from_bytes([0; 32]));
    let ended = Record::new(record.handle, zeros, 2, nothing, times(second(20)));
    assert_eq!(loaded(&store, record.handle, at(20)).await, Some(ended));
    assert_eq!(listed(&store, "1", at(20)).await, []);
    assert_eq!(store.alive(&[record.handle], at(20)).await.expect("the store works"), [None]);
    // Its handle is taken, and what was under way is told.
    let again = Insert { handle: record.handle, ..insert() };
    let inserted = store.insert(again.clone(), at(20)).await.expect("the store works");
    assert_eq!(inserted, Inserted::Occupied);
    let late = updated(&store, update_of(&record), at(20)).await;
    assert!(matches!(late, Updated::Conflict(newer) if newer.is_ended() && newer.revision == 2));
    // Not longer than was asked for.
    assert!(loaded(&store, record.handle, just_before(until)).await.is_some());
    assert_eq!(loaded(&store, record.handle, at(7210)).await, None);
    while store.sweep(10, at(7210)).await.expect("the store works") != crate::store::Swept::All(0) {
    }
    let inserted = store.insert(again, at(7210)).await.expect("the store works");
    assert!(matches!(inserted, Inserted::Saved(_)));
}

/// Whether or not there was a record; and a record like any other, which can be removed.
pub async fn a_session_that_was_never_stored_is_remembered_as_ended(store: impl Store) {
    let (never, expired) = (insert(), stored(&store, insert_of("1"), at(0)).await);
    for handle in [never.handle, expired.handle] {
        let remember = Some(Duration::from_mins(1));
        assert!(!store.delete(handle, remember, at(3600)).await.expect("the store works"));
        let ended = loaded(&store, handle, at(3659)).await.expect("it is remembered");
        assert!(ended.is_ended());
        assert_eq!(ended.times.created, second(3600));
        assert_eq!(loaded(&store, handle, at(3660)).await, None);
    }
    assert_eq!(loaded(&store, never.handle, at(3600)).await.expect("it is there").revision, 1);
    // Ended once more, it is remembered from then on.
    let remember = Some(Duration::from_mins(1));
    assert!(store.delete(never.handle, remember, at(3610)).await.expect("the store works"));
    assert!(loaded(&store, never.handle, at(3669)).await.is_some());
    assert!(store.delete(never.handle, None, at(3669)).await.expect("the store works"));
    assert_eq!(loaded(&store, never.handle, at(3669)).await, None);
}
