//! A store in memory with one defect, which shows now and then.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_axum::store::{
    Ended, Insert, Inserted, ListQuery, LogIn, Page, Record, Update, Updated,
};
use session_axum::{Handle, MemoryStore, Now, Store, StoreError, delegate_store};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// An update is answered as saved, and is not.
    LosesUpdates,
    /// A new session is answered as saved, and is not.
    LosesInserts,
    /// A deletion is answered as done, and is not.
    KeepsDeleted,
    /// A deleted record is there again a moment later.
    RevivesDeleted,
    /// A revocation of all is answered as done, and is not.
    KeepsRevoked,
    /// A load answers the fields of another's record.
    MixesFields,
    /// A load answers another principal.
    MixesPrincipals,
    /// A load answers a record as it was some writes before.
    ReadsStale,
    /// A list lacks a record.
    ForgetsListed,
    /// A list has a record that was deleted.
    ListsDeleted,
    /// Nobody counts a principal's sessions.
    IgnoresLimit,
    /// A load answers nothing, though the record is there.
    OverlooksRecords,
}

/// The store. A clone is the same.
#[derive(Clone, Debug)]
pub(crate) struct DefectiveStore {
    memory: MemoryStore,
    defect: Defect,
    calls: Arc<AtomicU64>,
    /// Each record as it was first loaded.
    loaded: Arc<Mutex<HashMap<Handle, Record>>>,
    deleted: Arc<Mutex<Vec<Record>>>,
}

impl DefectiveStore {
    pub(crate) fn new(defect: Defect) -> Self {
        let (memory, calls) = (MemoryStore::new(), Arc::default());
        Self { memory, defect, calls, loaded: Arc::default(), deleted: Arc::default() }
    }

    /// Whether this is the defect, and shows in this call: one in so many.
    fn shows(&self, defect: Defect, one_in: u64) -> bool {
        let shows = || self.calls.fetch_add(1, Ordering::Relaxed) % one_in == one_in - 1;
        self.defect == defect && shows()
    }

    /// A record of somebody else.
    fn other(&self, than: &Record) -> Option<Record> {
        let loaded = self.loaded.lock().unwrap();
        let is_other =
            |record: &&Record| record.principal.is_some() && record.principal != than.principal;
        loaded.values().find(is_other).cloned()
    }

    fn changed(&self, mut record: Record) -> Option<Record> {
        let first = {
            let mut loaded = self.loaded.lock().unwrap();
            loaded.entry(record.handle).or_insert_with(|| record.clone()).clone()
        };
        if record.principal.is_none() {
            return Some(record);
        }
        if self.shows(Defect::OverlooksRecords, 50) {
            return None;
        }
        if self.shows(Defect::ReadsStale, 20) {
            record.fields = first.fields;
        } else if self.shows(Defect::MixesFields, 50)
            && let Some(other) = self.other(&record)
        {
            record.fields = other.fields;
        } else if self.shows(Defect::MixesPrincipals, 20)
            && let Some(other) = self.other(&record)
        {
            (record.principal, record.fields) = (other.principal, other.fields);
        }
        Some(record)
    }
}

impl Store for DefectiveStore {
    // `alive` goes by what `load` answers.
    delegate_store!(self.memory, except load, insert, update, delete, list, alive, delete_all);

    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        let found = self.memory.load(handle, now).await?.filter(|record| !record.is_ended());
        if found.is_none() && self.defect == Defect::RevivesDeleted {
            let deleted = self.deleted.lock().unwrap();
            return Ok(deleted.iter().find(|record| record.handle == handle).cloned());
        }
        Ok(found.and_then(|record| self.changed(record)))
    }

    async fn insert(&self, mut insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        if self.defect == Defect::IgnoresLimit {
            insert.log_in = LogIn::new(insert.log_in.began, None);
        }
        let handle = insert.handle;
        let answer = self.memory.insert(insert, now).await;
        if self.shows(Defect::LosesInserts, 5) {
            self.memory.delete(handle, None, now).await?;
        }
        answer
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        if update.authenticated.is_none() && self.shows(Defect::LosesUpdates, 20) {
            let record = self.memory.load(update.handle, now).await?;
            return Ok(record.map_or(Updated::Gone, |record| Updated::Saved(record.times)));
        }
        self.memory.update(update, now).await
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        if self.shows(Defect::KeepsDeleted, 5) {
            return Ok(true);
        }
        let record = self.memory.load(handle, now).await?;
        let answer = self.memory.delete(handle, remember, now).await;
        self.deleted.lock().unwrap().extend(record);
        answer
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        let mut page = self.memory.list(principal, query, now).await?;
        if self.shows(Defect::ForgetsListed, 5) {
            page.records.pop();
        }
        if self.defect == Defect::ListsDeleted {
            let deleted = self.deleted.lock().unwrap();
            let is_theirs = |record: &&Record| record.principal.as_deref() == Some(principal);
            page.records.extend(deleted.iter().rev().find(is_theirs).cloned());
        }
        Ok(page)
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        if self.shows(Defect::KeepsRevoked, 2) {
            let nobody = format!("{principal} of nobody");
            return self.memory.delete_all(&nobody, except, now).await;
        }
        self.memory.delete_all(principal, except, now).await
    }
}
