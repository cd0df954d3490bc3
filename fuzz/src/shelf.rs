//! A store of few records, which a target lays there. It remembers what it was asked to write and
//! stays as it was, so that no input depends on the one before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use session_axum::{Handle, Store, StoreError};
use session_core::Now;
use session_core::store::{
    Ended, Insert, Inserted, ListQuery, Page, Record, Swept, Times, Update, Updated,
};

/// See the module. A clone is the same shelf.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    record: Option<Record>,
    beside: Option<Record>,
    conflict: Option<Record>,
    calls: usize,
    inserted: Option<Insert>,
    updates: Vec<Update>,
}

impl Shelf {
    /// This record lies there from now on.
    pub fn lay(&self, record: Option<Record>) {
        self.contents().record = record;
    }

    /// This one lies beside it.
    pub fn lay_beside(&self, record: Option<Record>) {
        self.contents().beside = record;
    }

    /// The next update is answered that the record is meanwhile this one.
    pub fn conflict(&self, record: Option<Record>) {
        self.contents().conflict = record;
    }

    /// How often it was called since this was last asked.
    pub fn calls(&self) -> usize {
        std::mem::take(&mut self.contents().calls)
    }

    /// What was to be inserted, since this was last asked, as a record.
    pub fn inserted(&self) -> Option<Record> {
        let insert = self.contents().inserted.take()?;
        let (fields, times) = (insert.fields, crate::shop::fresh());
        let mut record = Record::new(insert.handle, insert.digest, 1, fields, times);
        record.principal = insert.principal;
        record.persistent = insert.persistent;
        record.label = insert.label;
        Some(record)
    }

    /// The updates that were asked for since this was last asked.
    pub fn updates(&self) -> Vec<Update> {
        std::mem::take(&mut self.contents().updates)
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn called(&self) -> MutexGuard<'_, Contents> {
        let mut contents = self.contents();
        contents.calls += 1;
        contents
    }
}

impl Contents {
    fn find(&self, handle: Handle) -> Option<&Record> {
        self.record.iter().chain(&self.beside).find(|record| record.handle == handle)
    }

    fn times(&self) -> Times {
        self.record.as_ref().map_or_else(crate::shop::fresh, |record| record.times)
    }
}

impl Store for Shelf {
    async fn load(&self, handle: Handle, _: Now) -> Result<Option<Record>, StoreError> {
        Ok(self.called().find(handle).cloned())
    }

    async fn insert(&self, insert: Insert, _: Now) -> Result<Inserted, StoreError> {
        let mut contents = self.called();
        contents.inserted = Some(insert);
        Ok(Inserted::Saved(contents.times()))
    }

    async fn update(&self, update: Update, _: Now) -> Result<Updated, StoreError> {
        let mut contents = self.called();
        contents.updates.push(update);
        if let Some(record) = contents.conflict.take() {
            return Ok(Updated::Conflict(Box::new(record)));
        }
        Ok(Updated::Saved(contents.times()))
    }

    async fn touch(&self, handle: Handle, _: Duration, _: Now) -> Result<bool, StoreError> {
        Ok(self.called().find(handle).is_some())
    }

    async fn delete(
        &self,
        handle: Handle,
        _: Option<Duration>,
        _: Now,
    ) -> Result<bool, StoreError> {
        Ok(self.called().find(handle).is_some())
    }

    async fn list(&self, _: &str, query: ListQuery, _: Now) -> Result<Page, StoreError> {
        drop(self.called());
        Ok(Page::new(Vec::new(), &query))
    }

    async fn delete_all(&self, _: &str, _: Option<Handle>, now: Now) -> Result<Ended, StoreError> {
        drop(self.called());
        Ok(Ended::new(0, now.on_this_machine()))
    }

    async fn sweep(&self, _: u32, _: Now) -> Result<Swept, StoreError> {
        drop(self.called());
        Ok(Swept::All(0))
    }
}
