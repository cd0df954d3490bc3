//! Dumps of the tables of each version, with live sessions in them, which are migrated and used.

use session_core::store::{Inserted, Record, Updated};
use session_core::{Handle, Now, Store};
use session_test_support::records::{HOUR, insert, insert_of, listed, loaded, update_of, with};

/// The dumps of these versions, which lie beside this file.
macro_rules! dumps {
    ($name:literal: $($version:literal),+) => {
        [$((
            $version,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/tests/stores/dumps/", $name, "_", $version, ".sql"
            )),
        )),+]
    };
}

pub(crate) use dumps;

fn handle(last: char) -> Handle {
    format!("019a0000-0000-7000-8000-00000000000{last}").parse().expect("it is one")
}

async fn record(store: &impl Store, last: char) -> Option<Record> {
    loaded(store, handle(last)).await
}

/// The sessions of the dump are as they were, can be changed, and are ended.
pub(crate) async fn sessions_live_on(store: &impl Store, version: u32) {
    let cart = record(store, '1').await.expect("it is live");
    assert_eq!((cart.revision, cart.principal.as_deref()), (1, None));
    assert_eq!((&cart.fields[..], cart.label.as_deref()), (&[1][..], Some("Firefox")));
    let ann = record(store, '2').await.expect("it is live");
    assert_eq!((ann.revision, ann.principal.as_deref()), (7, Some("ann")));
    assert_eq!((&ann.fields[..], ann.label.as_deref()), (&[2, 3][..], None));
    assert!(ann.persistent && !cart.persistent);
    assert!(ann.times.seen > ann.times.created);
    assert_eq!(record(store, '3').await, None, "it has expired");
    assert_eq!(listed(store, "ann").await, [ann.handle]);
    // Revocations came with the second version.
    if version > 1 {
        let began = Some(ann.times.seen);
        let late = with(insert_of("eve"), |late| late.log_in.began = began);
        let late = store.insert(late, Now::Store).await;
        assert!(matches!(late, Ok(Inserted::Revoked(_))), "{late:?}");
    }
    let log_in = with(update_of(&cart), |update| {
        update.principal = Some("ann".into());
        update.authenticated = Some(HOUR);
    });
    let log_in = store.update(log_in, Now::Store).await;
    assert!(matches!(log_in, Ok(Updated::Saved(_))), "{log_in:?}");
    let change = store.update(update_of(&ann), Now::Store).await;
    assert!(matches!(change, Ok(Updated::Saved(_))), "{change:?}");
    assert!(store.delete(cart.handle, Some(HOUR), Now::Store).await.expect("the store works"));
    let again = with(insert(), |insert| insert.handle = cart.handle);
    let again = store.insert(again, Now::Store).await;
    assert!(matches!(again, Ok(Inserted::Occupied)), "a remembered ending: {again:?}");
    assert_eq!(listed(store, "ann").await, [ann.handle]);
    assert!(store.delete(ann.handle, None, Now::Store).await.expect("the store works"));
    assert_eq!(record(store, '2').await, None);
}
