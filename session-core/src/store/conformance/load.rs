//! `Store::load`.

use std::time::Duration;

use super::sample::{DAY, HOUR, at, insert, just_before, loaded, second, stored};
use crate::crypto::time::{Now, Timestamp};
use crate::store::{Insert, Inserted, Store};

/// The record of this handle; `None` when there is none.
pub async fn an_unknown_handle_is_not_loaded(store: impl Store) {
    stored(&store, insert(), at(0)).await;
    assert_eq!(loaded(&store, insert().handle, at(0)).await, None);
}

/// Every part of it comes back as it was written, byte for byte.
pub async fn a_record_comes_back_as_it_was_written(store: impl Store) {
    let every_byte: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for (principal, label, fields) in [
        (None, None, Vec::new()),
        (Some("42"), Some("curl/8.0"), every_byte),
        (Some("\"äö\u{1F980}\\u0000 '; DROP TABLE sessions; --\""), Some("  "), vec![0]),
        (Some(""), Some(""), vec![0xff; 3]),
    ] {
        for persistent in [false, true] {
            let insert = Insert {
                principal: principal.map(Into::into),
                label: label.map(Into::into),
                fields: fields[..].into(),
                persistent,
                ..insert()
            };
            let record = stored(&store, insert.clone(), at(7)).await;
            assert_eq!(record.handle, insert.handle);
            assert_eq!(record.digest, insert.digest);
            assert_eq!(record.principal, insert.principal);
            assert_eq!(record.label, insert.label);
            assert_eq!(record.fields, insert.fields);
            assert_eq!(record.persistent, persistent);
        }
    }
}

/// Every part of it comes back as it was written, however large.
pub async fn one_mebibyte_comes_back(store: impl Store) {
    let fields: Vec<u8> =
        (0..1024 * 1024_u32).map(|index| index.to_le_bytes()[index as usize % 3]).collect();
    let record = stored(&store, Insert { fields: fields[..].into(), ..insert() }, at(0)).await;
    assert!(*record.fields == fields, "the bytes are the same");
}

/// A record whose `expires` is not after the clock does not exist, swept or not.
pub async fn a_record_ends_at_the_moment_it_expires(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    assert_eq!(record.times.expires, second(3600));
    assert!(loaded(&store, record.handle, just_before(record.times.expires)).await.is_some());
    assert_eq!(loaded(&store, record.handle, at(3600)).await, None);
    assert_eq!(loaded(&store, record.handle, at(10 * 86_400)).await, None);
    assert!(
        loaded(&store, record.handle, at(1)).await.is_some(),
        "a clock set back finds it again"
    );
}

/// Each method goes by the store's clock when no moment is named.
pub async fn the_store_has_a_clock_of_its_own(store: impl Store) {
    let insert = insert();
    let handle = insert.handle;
    let Ok(Inserted::Saved(times)) = store.insert(insert, Now::Store).await else {
        panic!("a new handle is free");
    };
    let here = Timestamp::now();
    let apart = here.since(times.now).max(times.now.since(here));
    assert!(apart < Duration::from_mins(1), "the store's clock shows the time of day");
    assert_eq!((times.created, times.seen), (times.now, times.now));
    assert_eq!((times.expires, times.absolute), (times.now.plus(HOUR), times.now.plus(DAY)));
    let record = loaded(&store, handle, Now::Store).await.expect("it lives for an hour");
    assert!(record.times.now >= times.now, "a clock does not go back");
}
