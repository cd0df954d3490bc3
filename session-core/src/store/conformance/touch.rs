//! `Store::touch`.

use super::sample::{DAY, HOUR, at, insert, insert_of, just_before, loaded, second, stored};
use crate::store::{Record, Store, Times};

/// `seen` becomes now, `expires` becomes now and `idle` more. The revision stays, and all else.
pub async fn a_touch_renews_the_idle_limit_and_nothing_else(store: impl Store) {
    let before = stored(&store, insert_of("1"), at(0)).await;
    assert!(store.touch(before.handle, HOUR, at(3000)).await.expect("the store works"));
    let after = loaded(&store, before.handle, at(3600)).await.expect("it lives on");
    let times =
        Times { now: second(3600), seen: second(3000), expires: second(6600), ..before.times };
    assert_eq!(after, Record { times, ..before });
}

/// … or `absolute`, whichever comes first.
pub async fn a_touch_never_passes_the_absolute_limit(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    for second in (3000..86_400).step_by(3000) {
        assert!(store.touch(record.handle, HOUR, at(second)).await.expect("the store works"));
    }
    assert!(loaded(&store, record.handle, just_before(second(86_400))).await.is_some());
    assert_eq!(loaded(&store, record.handle, at(86_400)).await, None);
    assert!(!store.touch(record.handle, DAY, at(86_400)).await.expect("the store works"));
}

/// A missing or expired record does not come to life.
pub async fn a_touch_revives_nothing(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    assert!(!store.touch(insert().handle, HOUR, at(0)).await.expect("the store works"));
    assert!(!store.touch(record.handle, HOUR, at(3600)).await.expect("the store works"));
    assert_eq!(loaded(&store, record.handle, at(3600)).await, None);
    store.delete(record.handle, None, at(0)).await.expect("the store works");
    assert!(!store.touch(record.handle, HOUR, at(0)).await.expect("the store works"));
    assert_eq!(loaded(&store, record.handle, at(0)).await, None);
}
