//! `Store::insert`.

use super::sample::{DAY, at, insert, insert_of, listed, loaded, second, stored};
use crate::store::{Insert, Inserted, Store};

/// Adds a record at revision 1; `created` and `seen` become now, the limits count from now,
/// `authenticated` becomes now if there is a principal.
pub async fn an_insert_begins_at_revision_one(store: impl Store) {
    let nobody = stored(&store, insert(), at(5)).await;
    assert_eq!(nobody.revision, 1);
    assert_eq!(
        (nobody.times.now, nobody.times.created, nobody.times.seen),
        (second(5), second(5), second(5))
    );
    assert_eq!((nobody.times.expires, nobody.times.absolute), (second(3605), second(86_405)));
    assert_eq!(nobody.times.authenticated, None);
    let ann = insert_of("\"ann\"");
    let handle = ann.handle;
    let Ok(Inserted::Saved(times)) = store.insert(ann, at(6)).await else {
        panic!("a new handle is free")
    };
    assert_eq!(times.authenticated, Some(second(6)));
    let ann = loaded(&store, handle, at(6)).await.expect("it is there");
    assert_eq!(ann.times, times, "an insert answers what a load finds");
}

/// Unless its handle is taken: then nothing changes.
pub async fn an_insert_never_overwrites(store: impl Store) {
    let first = stored(&store, insert_of("1"), at(0)).await;
    let second = Insert { handle: first.handle, fields: vec![1, 2, 3].into(), ..insert_of("2") };
    assert_eq!(store.insert(second, at(0)).await.expect("the store works"), Inserted::Occupied);
    assert_eq!(loaded(&store, first.handle, at(0)).await, Some(first));
    assert_eq!(listed(&store, "2", at(0)).await, []);
}

/// A handle is taken as long as its record lies in the store, expired or not.
pub async fn an_expired_record_still_takes_its_handle(store: impl Store) {
    let first = stored(&store, insert(), at(0)).await;
    let second = Insert { handle: first.handle, ..insert() };
    assert_eq!(
        store.insert(second, at(2 * 86_400)).await.expect("the store works"),
        Inserted::Occupied
    );
}

/// `expires` is never later than `absolute`.
pub async fn an_insert_expires_with_its_absolute_limit(store: impl Store) {
    let record = stored(&store, Insert { idle: DAY * 400, ..insert() }, at(0)).await;
    assert_eq!(record.times.expires, record.times.absolute);
    assert_eq!(record.times.absolute, second(86_400));
}

/// Each method is one atomic operation.
pub async fn of_inserts_at_once_one_is_saved(store: impl Store) {
    let handle = insert().handle;
    let tries = (0..16_u8).map(|number| {
        let insert = Insert { handle, fields: vec![number].into(), ..insert() };
        store.insert(insert, at(0))
    });
    let answers = super::sample::together(tries).await;
    let winners: Vec<_> = (0..16_u8)
        .zip(&answers)
        .filter(|(_, answer)| matches!(answer, Ok(Inserted::Saved(_))))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(winners.len(), 1, "one insert is saved: {answers:?}");
    assert!(answers.iter().all(Result::is_ok), "the others are told, not failed: {answers:?}");
    let record = loaded(&store, handle, at(0)).await.expect("it is there");
    assert_eq!((record.fields, record.revision), (winners.into(), 1));
}
