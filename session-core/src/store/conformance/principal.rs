//! `Store::list` and `Store::delete_all`.

use super::sample::{at, insert, insert_of, just_before, listed, loaded, saved, stored, update_of};
use crate::store::{Contents, Cursor, ListQuery, Store, Update};

/// The records of this principal, newest first, without the expired ones.
pub async fn a_list_has_the_principals_records_newest_first(store: impl Store) {
    let old = stored(&store, insert_of("1"), at(0)).await;
    let new = stored(&store, insert_of("1"), at(2000)).await;
    stored(&store, insert_of("2"), at(2000)).await;
    stored(&store, insert(), at(2000)).await;
    let handles = async |now| {
        listed(&store, "1", now).await.into_iter().map(|record| record.handle).collect::<Vec<_>>()
    };
    assert_eq!(handles(at(2000)).await, [new.handle, old.handle]);
    assert_eq!(listed(&store, "1", just_before(new.times.expires)).await.len(), 1);
    assert_eq!(handles(at(3600)).await, [new.handle]);
    assert_eq!(handles(at(5600)).await, []);
}

/// A principal is looked up exactly: no case folding, no patterns, no white space trimmed.
pub async fn a_principal_is_matched_exactly(store: impl Store) {
    stored(&store, insert_of("\"ann\""), at(0)).await;
    for other in ["\"Ann\"", "\"an_\"", "\"%\"", "\"ann\" ", "ann", "", "*", "\"a*\"", "\"änn\""] {
        assert_eq!(listed(&store, other, at(0)).await, [], "{other}");
        assert_eq!(
            store.delete_all(other, None, at(0)).await.expect("the store works").live,
            0,
            "{other}"
        );
    }
    assert_eq!(listed(&store, "\"ann\"", at(0)).await.len(), 1);
}

/// Whom a record belongs to is what the last update said.
pub async fn a_list_follows_the_principal(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    let record =
        saved(&store, Update { principal: Some("1".into()), ..update_of(&record) }, at(0)).await;
    assert_eq!(listed(&store, "1", at(0)).await, std::slice::from_ref(&record));
    let record =
        saved(&store, Update { principal: Some("2".into()), ..update_of(&record) }, at(0)).await;
    assert_eq!(listed(&store, "1", at(0)).await, []);
    assert_eq!(listed(&store, "2", at(0)).await, std::slice::from_ref(&record));
    saved(&store, Update { principal: None, ..update_of(&record) }, at(0)).await;
    assert_eq!(listed(&store, "2", at(0)).await, []);
}

/// Removes every record of this principal, and answers how many were live.
pub async fn deleting_all_of_a_principal_deletes_no_other(store: impl Store) {
    for second in [0, 2000, 2000] {
        stored(&store, insert_of("1"), at(second)).await;
    }
    let other = stored(&store, insert_of("2"), at(2000)).await;
    let nobody = stored(&store, insert(), at(2000)).await;
    assert_eq!(store.delete_all("1", None, at(3600)).await.expect("the store works").live, 2);
    assert_eq!(listed(&store, "1", at(2000)).await, []);
    assert_eq!(store.delete_all("1", None, at(3600)).await.expect("the store works").live, 0);
    assert!(loaded(&store, other.handle, at(3600)).await.is_some());
    assert!(loaded(&store, nobody.handle, at(3600)).await.is_some());
}

/// Pages that are asked for one after the other have every record that lives from the first to the
/// last, once, newest first.
pub async fn a_list_comes_in_pages(store: impl Store) {
    let mut records = Vec::new();
    for second in [0, 0, 0, 10, 20, 20, 30] {
        records.push(stored(&store, insert_of("1"), at(second)).await);
        stored(&store, insert_of("2"), at(second)).await;
    }
    let newest_first = listed(&store, "1", at(40)).await;
    assert_eq!(newest_first.len(), 7);
    let place = |cursor: Cursor| (std::cmp::Reverse(cursor.created), cursor.handle);
    assert!(newest_first.is_sorted_by_key(|record| place(Cursor::of(record))));
    for limit in [1, 2, 3, 6, 7, 8] {
        let mut query = ListQuery::first(Contents::Whole, limit);
        let mut paged = Vec::new();
        loop {
            let page = store.list("1", query, at(40)).await.expect("the store works");
            assert!(page.records.len() <= limit as usize);
            paged.extend(page.records);
            let Some(next) = page.next else { break };
            assert_eq!(Some(next), paged.last().map(Cursor::of));
            query.after = Some(next);
        }
        assert_eq!(paged, newest_first, "pages of {limit}");
    }
    // What is deleted or inserted between two pages moves no other.
    let first = ListQuery::first(Contents::Whole, 3);
    let page = store.list("1", first, at(40)).await.expect("the store works");
    assert_eq!(page.records, newest_first[..3]);
    for gone in [2, 3] {
        let handle = newest_first[gone].handle;
        assert!(store.delete(handle, None, at(40)).await.expect("the store works"));
    }
    stored(&store, insert_of("1"), at(40)).await;
    let second = ListQuery { after: page.next, ..first };
    let page = store.list("1", second, at(40)).await.expect("the store works");
    assert_eq!(page.records, newest_first[4..]);
}

/// Without their fields, records are the same but for those, which are empty.
pub async fn a_list_may_leave_out_the_fields(store: impl Store) {
    let record = stored(&store, insert_of("1"), at(0)).await;
    let query = ListQuery::first(Contents::WithoutFields, 10);
    let page = store.list("1", query, at(0)).await.expect("the store works");
    let without = crate::store::Record { fields: std::sync::Arc::default(), ..record };
    assert_eq!(page.records, [without]);
}
