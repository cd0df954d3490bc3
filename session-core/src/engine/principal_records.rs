//! The records of a principal in pages, under all the names that the store may have of the principal.

use std::cmp::Reverse;

use crate::engine::store_client::StoreClient;
use crate::store::{Cursor, ListQuery, Page, StoreError};

/// A page of the records that the store has under these names, in the order of a list, each once. It has fewer records
/// than `query.limit` only if there are no more, or if a page of the store's had.
pub(crate) async fn page(
    store: &StoreClient,
    names: &[String],
    query: ListQuery,
) -> Result<Page, StoreError> {
    // One more tells whether there are more.
    let limit = query.limit.saturating_add(1);
    let mut records = Vec::new();
    // How far the list is known: what is beyond the page of any name may have others before it.
    let mut known_to: Option<Cursor> = None;
    for name in names {
        let page = store.list(name, ListQuery { limit, ..query }).await?;
        records.extend(page.records);
        known_to = known_to.into_iter().chain(page.next).min();
    }
    records.sort_by_key(|record| (Cursor::of(record), Reverse(record.revision)));
    records.dedup_by_key(|record| record.handle);
    if let Some(known_to) = known_to {
        records.retain(|record| Cursor::of(record) <= known_to);
    }
    let mut next = known_to;
    let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
    if records.len() > wanted {
        records.truncate(wanted);
        next = records.last().map(Cursor::of);
    }
    Ok(Page { records, next })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::crypto::time::{Now, Timestamp};
    use crate::store::conformance::sample::insert;
    use crate::store::memory::MemoryStore;
    use crate::store::{Contents, Insert, Store};

    fn moment(micros: i64) -> Timestamp {
        Timestamp::from_micros(1_720_000_000_000_000 + micros)
    }

    /// Stores a record of this principal's that is created at this moment, and answers its cursor.
    async fn stored(store: &MemoryStore, principal: &str, micros: i64) -> Cursor {
        let now = moment(micros);
        let insert = Insert { principal: Some(principal.into()), ..insert() };
        let handle = insert.handle;
        drop(store.insert(insert, Now::At(now)).await.expect("there is room"));
        Cursor { created: now, handle }
    }

    #[tokio::test]
    async fn pages_span_the_names_in_the_order_of_a_list() {
        let store = MemoryStore::new();
        let mut all = Vec::new();
        // By turns, in runs, and at one moment.
        for (number, name) in ["a", "b", "c", "a", "a", "a", "a", "c", "b"].iter().enumerate() {
            all.push(stored(&store, name, i64::try_from(number / 2).expect("a digit")).await);
        }
        all.sort();
        let mut client = StoreClient::new(store);
        client.clock = Some(Arc::new(|| moment(100)));
        let names = ["a", "b", "c", "b", "a"].map(str::to_owned);
        for limit in 1..=10 {
            let mut query = ListQuery::first(Contents::WithoutFields, limit);
            let mut listed = Vec::new();
            loop {
                let page = page(&client, &names, query).await.expect("the store works");
                let is_last = page.next.is_none();
                let left = all.len() - listed.len();
                assert_eq!(page.records.len(), left.min(limit as usize), "in pages of {limit}");
                listed.extend(page.records.iter().map(Cursor::of));
                assert_eq!(is_last, listed.len() == all.len(), "no page is empty");
                if is_last {
                    break;
                }
                assert_eq!(page.next.as_ref(), listed.last());
                query.after = page.next;
            }
            assert_eq!(listed, all, "in pages of {limit}");
        }
    }

    /// A store that leaves all but the first record out of each full page, as if they had ended while it was read.
    #[derive(Debug)]
    struct ShortPages {
        store: MemoryStore,
    }

    impl Store for ShortPages {
        crate::delegate_store!(self.store, except list);

        async fn list(&self, name: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
            let mut page = self.store.list(name, query, now).await?;
            if page.next.is_some() {
                page.records.truncate(1);
            }
            Ok(page)
        }
    }

    #[tokio::test]
    async fn records_that_end_while_a_page_is_read_hide_none_behind_them() {
        let store = MemoryStore::new();
        let mut all = Vec::new();
        for (micros, name) in [(9, "a"), (8, "a"), (7, "a"), (3, "b"), (2, "b"), (1, "a"), (0, "b")]
        {
            all.push(stored(&store, name, micros).await);
        }
        let mut client = StoreClient::new(ShortPages { store });
        client.clock = Some(Arc::new(|| moment(100)));
        let names = ["a", "b"].map(str::to_owned);
        let mut query = ListQuery::first(Contents::WithoutFields, 2);
        let mut listed = Vec::new();
        loop {
            let page = page(&client, &names, query).await.expect("the store works");
            listed.extend(page.records.iter().map(Cursor::of));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        // The full pages were those of a's first three, and twice of b's three.
        assert_eq!(listed, [all[0], all[3], all[5]]);
    }
}
