//! `Store::sweep`.

use super::sample::{HOUR, at, insert, insert_of, loaded, stored};
use crate::store::{Insert, Inserted, Store, Swept};

/// Sweeps until no more is found, and answers how much was removed.
async fn swept(store: &impl Store, second: u64) -> u64 {
    let mut removed = 0;
    for _ in 0..1000 {
        match store.sweep(10, at(second)).await.expect("the store works") {
            Swept::All(last) => return removed + last,
            Swept::Some(more) => {
                assert!(more <= 10, "a sweep keeps to its limit");
                removed += more;
            }
            Swept::Elsewhere => {}
        }
    }
    panic!("the sweep comes to no end");
}

/// Removes expired records, never a live one.
pub async fn a_sweep_removes_the_expired_and_no_other(store: impl Store) {
    let old = stored(&store, insert_of("1"), at(0)).await;
    let new = stored(&store, insert_of("1"), at(10)).await;
    assert_eq!(swept(&store, 3599).await, 0);
    assert_eq!(swept(&store, 3600).await, 1);
    assert!(loaded(&store, new.handle, at(3600)).await.is_some());
    let again = Insert { handle: old.handle, ..insert() };
    let inserted = store.insert(again, at(3600)).await.expect("the store works");
    assert!(matches!(inserted, Inserted::Saved(_)), "what was swept lies in the store no more");
}

/// At most `limit`, and answers how much is left to do.
pub async fn a_sweep_keeps_to_its_limit(store: impl Store) {
    for _ in 0..25 {
        stored(&store, insert(), at(0)).await;
    }
    assert_eq!(store.sweep(10, at(3600)).await.expect("the store works"), Swept::Some(10));
    assert_eq!(swept(&store, 3600).await, 15);
    assert_eq!(swept(&store, 3600).await, 0);
}

/// Never a live one, however often it was renewed.
pub async fn a_renewed_record_outlives_a_sweep(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    for second in [1800, 3600, 5400] {
        assert!(store.touch(record.handle, HOUR, at(second)).await.expect("the store works"));
        assert_eq!(swept(&store, second).await, 0);
    }
    assert!(loaded(&store, record.handle, at(8999)).await.is_some());
    assert_eq!(swept(&store, 9000).await, 1);
}
