//! `Store::delete`.

use super::sample::{at, insert, insert_of, loaded, stored, together, update_of, updated};
use crate::store::{Store, Updated};

/// Removes the record, and answers whether it was there. Removing it twice is no error.
pub async fn a_deleted_record_stays_deleted(store: impl Store) {
    let kept = stored(&store, insert_of("1"), at(0)).await;
    let record = stored(&store, insert_of("1"), at(0)).await;
    assert!(store.delete(record.handle, at(1)).await.expect("the store works"));
    assert!(!store.delete(record.handle, at(1)).await.expect("the store works"));
    assert!(!store.delete(insert().handle, at(1)).await.expect("the store works"));
    assert_eq!(loaded(&store, record.handle, at(0)).await, None);
    assert_eq!(store.list("1", at(0)).await.expect("the store works"), [kept]);
}

/// A record that has expired does not exist, swept or not.
pub async fn an_expired_record_is_not_there_to_be_deleted(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    assert!(!store.delete(record.handle, at(3600)).await.expect("the store works"));
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
            assert!(store.delete(record.handle, at(0)).await.expect("the store works"));
        };
        let parties: [std::pin::Pin<Box<dyn Future<Output = ()>>>; 3] =
            [Box::pin(update()), Box::pin(delete), Box::pin(update())];
        together(parties).await;
        assert_eq!(loaded(&store, record.handle, at(0)).await, None);
    }
    assert_eq!(store.list("1", at(0)).await.expect("the store works"), []);
}
