//! `Store::list` and `Store::delete_all`.

use super::sample::{at, insert, insert_of, just_before, loaded, saved, stored, update_of};
use crate::store::{Store, Update};

/// The records of this principal, newest first, without the expired ones.
pub async fn a_list_has_the_principals_records_newest_first(store: impl Store) {
    let old = stored(&store, insert_of("1"), at(0)).await;
    let new = stored(&store, insert_of("1"), at(2000)).await;
    stored(&store, insert_of("2"), at(2000)).await;
    stored(&store, insert(), at(2000)).await;
    let handles = async |now| {
        let records = store.list("1", now).await.expect("the store works");
        records.into_iter().map(|record| record.handle).collect::<Vec<_>>()
    };
    assert_eq!(handles(at(2000)).await, [new.handle, old.handle]);
    assert_eq!(
        store.list("1", just_before(new.times.expires)).await.expect("the store works").len(),
        1
    );
    assert_eq!(handles(at(3600)).await, [new.handle]);
    assert_eq!(handles(at(5600)).await, []);
}

/// A principal is looked up exactly: no case folding, no patterns, no white space trimmed.
pub async fn a_principal_is_matched_exactly(store: impl Store) {
    stored(&store, insert_of("\"ann\""), at(0)).await;
    for other in ["\"Ann\"", "\"an_\"", "\"%\"", "\"ann\" ", "ann", "", "*", "\"a*\"", "\"änn\""] {
        assert_eq!(store.list(other, at(0)).await.expect("the store works"), [], "{other}");
        assert_eq!(
            store.delete_all(other, None, at(0)).await.expect("the store works").live,
            0,
            "{other}"
        );
    }
    assert_eq!(store.list("\"ann\"", at(0)).await.expect("the store works").len(), 1);
}

/// Whom a record belongs to is what the last update said.
pub async fn a_list_follows_the_principal(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    let record =
        saved(&store, Update { principal: Some("1".into()), ..update_of(&record) }, at(0)).await;
    assert_eq!(
        store.list("1", at(0)).await.expect("the store works"),
        std::slice::from_ref(&record)
    );
    let record =
        saved(&store, Update { principal: Some("2".into()), ..update_of(&record) }, at(0)).await;
    assert_eq!(store.list("1", at(0)).await.expect("the store works"), []);
    assert_eq!(
        store.list("2", at(0)).await.expect("the store works"),
        std::slice::from_ref(&record)
    );
    saved(&store, Update { principal: None, ..update_of(&record) }, at(0)).await;
    assert_eq!(store.list("2", at(0)).await.expect("the store works"), []);
}

/// Removes every record of this principal, and answers how many were live.
pub async fn deleting_all_of_a_principal_deletes_no_other(store: impl Store) {
    for second in [0, 2000, 2000] {
        stored(&store, insert_of("1"), at(second)).await;
    }
    let other = stored(&store, insert_of("2"), at(2000)).await;
    let nobody = stored(&store, insert(), at(2000)).await;
    assert_eq!(store.delete_all("1", None, at(3600)).await.expect("the store works").live, 2);
    assert_eq!(store.list("1", at(2000)).await.expect("the store works"), []);
    assert_eq!(store.delete_all("1", None, at(3600)).await.expect("the store works").live, 0);
    assert!(loaded(&store, other.handle, at(3600)).await.is_some());
    assert!(loaded(&store, nobody.handle, at(3600)).await.is_some());
}
